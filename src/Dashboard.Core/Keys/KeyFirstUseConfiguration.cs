using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Keys;

sealed class KeyFirstUseConfiguration : IEntityTypeConfiguration<KeyFirstUse>
{
    public void Configure(EntityTypeBuilder<KeyFirstUse> builder)
    {
        builder.ToTable("ApiKeyFirstUses").HasKey(x => x.KeyId);
        builder.Property(x => x.KeyId).IsId();
        builder.Property(x => x.Method).IsAscii(KeyFirstUse.MaxMethodLength);
        builder.Property(x => x.Path).HasMaxLength(KeyFirstUse.MaxPathLength);
        builder.Property(x => x.Network).IsAscii(Columns.MaxId);
        builder.Property(x => x.Client).IsAscii(Columns.MaxId);
        builder.HasOne<ApiKey>().WithOne().HasForeignKey<KeyFirstUse>(x => x.KeyId);
    }
}
