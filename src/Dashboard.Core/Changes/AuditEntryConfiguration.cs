using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Changes;

sealed class AuditChainConfiguration : IEntityTypeConfiguration<AuditChain>
{
    public void Configure(EntityTypeBuilder<AuditChain> builder)
    {
        builder.ToTable("AuditChains").Property(x => x.Id).ValueGeneratedNever();
        builder.Property(x => x.Hash).IsHash();
        builder.Property(x => x.KeyId).IsAscii(16);
        builder.HasData(new AuditChain { Id = AuditChain.Installation });
    }
}

sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("AuditEntries").HasKey(x => new { x.ChainId, x.Sequence });
        builder.Property(x => x.ActorType).IsAscii(16);
        builder.Property(x => x.ActorId).IsId();
        builder.Property(x => x.ActorName).HasMaxLength(AuditEntry.MaxActorName);
        builder.Property(x => x.Address).IsAscii(AuditEntry.MaxAddress);
        builder.Property(x => x.Network).IsAscii(AuditEntry.MaxAddress);
        builder.Property(x => x.Category).IsAscii(32);
        builder.Property(x => x.Action).IsAscii(64);
        builder.Property(x => x.TargetType).IsAscii(32);
        builder.Property(x => x.TargetId).IsAscii(AuditEntry.MaxTargetId);
        builder.Property(x => x.TargetName).HasMaxLength(AuditEntry.MaxTargetName);
        builder.Property(x => x.KeyId).IsAscii(16);
        builder.Property(x => x.PreviousHash).IsHash();
        builder.Property(x => x.Hash).IsHash();
        builder.Property(x => x.OldKeyHash).IsHash();
        builder.HasIndex(x => x.ChangeId);
        // One for each filter of the log, in the order of the list: the newest first, whichever node's clock that is.
        builder.HasIndex(x => new { x.ChainId, x.At, x.Sequence });
        builder.HasIndex(x => new { x.ChainId, x.Category, x.At, x.Sequence });
        builder.HasIndex(x => new { x.ChainId, x.ActorId, x.At, x.Sequence });
        builder.HasIndex(x => new { x.ChainId, x.TargetId, x.At, x.Sequence }); // also the history of one object
        builder.HasIndex(x => new { x.ChainId, x.Network, x.At, x.Sequence });
        builder.HasIndex(x => new { x.ChainId, x.Succeeded, x.At, x.Sequence });
    }
}
