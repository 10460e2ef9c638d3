using Dashboard.Core.Data;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.OAuth;

sealed class DeviceCodeConfiguration : IEntityTypeConfiguration<DeviceCode>
{
    public void Configure(EntityTypeBuilder<DeviceCode> builder)
    {
        builder.ToTable("OAuthDeviceCodes").HasKey(x => x.CodeHash);
        builder.Property(x => x.CodeHash).IsHash();
        builder.Property(x => x.UserCodeHash).IsHash();
        builder.Property(x => x.ClientId).IsId();
        builder.Property(x => x.Scope).IsScope();
        builder.Property(x => x.Resource).IsUri();
        builder.Property(x => x.Address).IsAscii(Columns.MaxId);
        builder.Property(x => x.UserAgent).HasMaxLength(200);
        builder.Property(x => x.UserId).IsId();
        builder.HasIndex(x => x.UserCodeHash).IsUnique();
        builder.Property(x => x.Network).IsId();
        builder.HasIndex(x => x.ExpiresAt);
        builder.HasIndex(x => x.Network);
    }
}
