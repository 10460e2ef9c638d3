using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Usage;

sealed class KeyHourConfiguration(Collations collations) : IEntityTypeConfiguration<KeyHour>
{
    public void Configure(EntityTypeBuilder<KeyHour> builder)
    {
        builder.ToTable("KeyHours").HasKey(x => new { x.KeyId, x.Hour, x.Outcome });
        builder.Property(x => x.KeyId).IsId(collations);
        builder.Property(x => x.Outcome).IsId(collations);
        builder.HasIndex(x => new { x.ProjectId, x.Hour, x.KeyId, x.Outcome });
    }
}

sealed class KeyDayConfiguration(Collations collations) : IEntityTypeConfiguration<KeyDay>
{
    public void Configure(EntityTypeBuilder<KeyDay> builder)
    {
        builder.ToTable("KeyDays").HasKey(x => new { x.KeyId, x.Day, x.Outcome });
        builder.Property(x => x.KeyId).IsId(collations);
        builder.Property(x => x.Outcome).IsId(collations);
    }
}

sealed class KeyClientConfiguration(Collations collations) : IEntityTypeConfiguration<KeyClient>
{
    public void Configure(EntityTypeBuilder<KeyClient> builder)
    {
        builder.ToTable("KeyClients").HasKey(x => new { x.KeyId, x.Network, x.Client });
        builder.Property(x => x.KeyId).IsId(collations);
        builder.Property(x => x.Network).IsId(collations);
        builder.Property(x => x.Client).IsId(collations);
    }
}

sealed class KeyPermissionUseConfiguration(Collations collations) : IEntityTypeConfiguration<KeyPermissionUse>
{
    public void Configure(EntityTypeBuilder<KeyPermissionUse> builder)
    {
        builder.ToTable("KeyPermissionUses").HasKey(x => new { x.KeyId, x.Permission });
        builder.Property(x => x.KeyId).IsId(collations);
        builder.Property(x => x.Permission).IsId(collations);
    }
}

sealed class UsageNodeConfiguration(Collations collations) : IEntityTypeConfiguration<UsageNode>
{
    public void Configure(EntityTypeBuilder<UsageNode> builder)
    {
        builder.ToTable("UsageNodes");
        builder.Property(x => x.Id).IsId(collations);
    }
}
