using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Changes;

/// <summary>The reference to the user is in the user's configuration: a user knows of sessions, not the other way around.</summary>
sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("Sessions");
        builder.Property(x => x.Id).IsId();
        builder.Property(x => x.SecretHash).IsHash();
        builder.Property(x => x.Address).IsAscii(Columns.MaxId);
        builder.Property(x => x.UserAgent).HasMaxLength(200);
        builder.HasIndex(x => x.SecretHash).IsUnique();
        builder.HasIndex(x => new { x.UserId, x.CreatedAt });
    }
}
