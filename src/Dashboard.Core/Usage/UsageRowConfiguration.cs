using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Usage;

sealed class KeyHourConfiguration : IEntityTypeConfiguration<KeyHour>
{
    public void Configure(EntityTypeBuilder<KeyHour> builder)
    {
        builder.ToTable("KeyHours").HasKey(x => new { x.KeyId, x.Hour, x.Outcome });
        builder.Property(x => x.KeyId).IsId();
        builder.Property(x => x.Outcome).IsId();
        builder.HasIndex(x => new { x.ProjectId, x.Hour, x.KeyId, x.Outcome });
    }
}

sealed class KeyDayConfiguration : IEntityTypeConfiguration<KeyDay>
{
    public void Configure(EntityTypeBuilder<KeyDay> builder)
    {
        builder.ToTable("KeyDays").HasKey(x => new { x.KeyId, x.Day, x.Outcome });
        builder.Property(x => x.KeyId).IsId();
        builder.Property(x => x.Outcome).IsId();
    }
}

sealed class KeyClientConfiguration : IEntityTypeConfiguration<KeyClient>
{
    public void Configure(EntityTypeBuilder<KeyClient> builder)
    {
        builder.ToTable("KeyClients").HasKey(x => new { x.KeyId, x.Network, x.Client });
        builder.Property(x => x.KeyId).IsId();
        builder.Property(x => x.Network).IsId();
        builder.Property(x => x.Client).IsId();
    }
}

sealed class KeyPermissionUseConfiguration : IEntityTypeConfiguration<KeyPermissionUse>
{
    public void Configure(EntityTypeBuilder<KeyPermissionUse> builder)
    {
        builder.ToTable("KeyPermissionUses").HasKey(x => new { x.KeyId, x.Permission });
        builder.Property(x => x.KeyId).IsId();
        builder.Property(x => x.Permission).IsId();
    }
}

sealed class UsageNodeConfiguration : IEntityTypeConfiguration<UsageNode>
{
    public void Configure(EntityTypeBuilder<UsageNode> builder)
    {
        builder.ToTable("UsageNodes");
        builder.Property(x => x.Id).IsId();
    }
}
