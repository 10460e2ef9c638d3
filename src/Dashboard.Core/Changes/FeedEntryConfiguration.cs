using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Changes;

sealed class FeedCounterConfiguration : IEntityTypeConfiguration<FeedCounter>
{
    public void Configure(EntityTypeBuilder<FeedCounter> builder)
    {
        builder.ToTable("FeedCounter").Property(x => x.Id).ValueGeneratedNever();
        builder.HasData(new FeedCounter { Id = FeedCounter.TheOne });
    }
}

sealed class FeedEntryConfiguration : IEntityTypeConfiguration<FeedEntry>
{
    public void Configure(EntityTypeBuilder<FeedEntry> builder)
    {
        builder.ToTable("FeedEntries").HasKey(x => x.Number);
        builder.Property(x => x.Number).ValueGeneratedNever();
        builder.Property(x => x.SubjectType).IsAscii(32);
        builder.Property(x => x.SubjectId).IsAscii(AuditEntry.MaxTargetId);
    }
}
