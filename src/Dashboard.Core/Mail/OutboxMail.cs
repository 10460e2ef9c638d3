using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Mail;

/// <summary>A mail that waits to be sent, or to be printed. The row is deleted when it has been sent or has expired.</summary>
public sealed class OutboxMail
{
    /// <summary>The identifier. It sorts by time.</summary>
    public required Guid Id { get; init; }

    /// <summary>The message, encrypted: a database file in the wrong hands must not open an account.</summary>
    public required byte[] Content { get; init; }

    /// <summary>When it was written, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is of no use, because its link no longer works, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it is sent, or sent again, UTC.</summary>
    public DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>The number of attempts that have begun.</summary>
    public int Attempts { get; set; }
}

sealed class OutboxMailConfiguration : IEntityTypeConfiguration<OutboxMail>
{
    public void Configure(EntityTypeBuilder<OutboxMail> builder)
    {
        builder.ToTable("Outbox").HasKey(x => x.Id);
        builder.Property(x => x.Id).ValueGeneratedNever();
        builder.HasIndex(x => x.NextAttemptAt);
        builder.HasIndex(x => x.ExpiresAt);
    }
}
