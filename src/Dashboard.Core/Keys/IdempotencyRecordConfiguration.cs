using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Keys;

sealed class IdempotencyRecordConfiguration : IEntityTypeConfiguration<IdempotencyRecord>
{
    public void Configure(EntityTypeBuilder<IdempotencyRecord> builder)
    {
        builder.ToTable("IdempotencyRecords").HasKey(x => new { x.ActorId, x.IdempotencyKeyHash });
        builder.Property(x => x.ActorId).IsId();
        builder.Property(x => x.IdempotencyKeyHash).IsHash();
        builder.Property(x => x.RequestHash).IsHash();
        builder.Property(x => x.KeyId).IsId();
        builder.HasIndex(x => x.CreatedAt);
    }
}
