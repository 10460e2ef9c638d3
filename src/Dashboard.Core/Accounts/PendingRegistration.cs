using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Accounts;

/// <summary>An address whose owner has not opened the link yet. There is no account before that, so nobody can prepare one for another
/// person's address. The row is deleted when the account is created or the link has expired.</summary>
public sealed class PendingRegistration
{
    /// <summary>How long a link works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    /// <summary>How long an address gets no second mail.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>The address as accounts are looked up by.</summary>
    public required string NormalizedEmail { get; init; }

    /// <summary>The address as it was entered.</summary>
    public required string Email { get; set; }

    /// <summary>The SHA-256 of the token in the newest link.</summary>
    public required byte[] TokenHash { get; set; }

    /// <summary>When the newest link was mailed, UTC.</summary>
    public required DateTimeOffset MailedAt { get; set; }

    /// <summary>Until when the newest link works, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; set; }
}

sealed class PendingRegistrationConfiguration : IEntityTypeConfiguration<PendingRegistration>
{
    public void Configure(EntityTypeBuilder<PendingRegistration> builder)
    {
        builder.ToTable("PendingRegistrations").HasKey(x => x.NormalizedEmail);
        builder.Property(x => x.NormalizedEmail).HasMaxLength(EmailAddress.MaxLength);
        builder.Property(x => x.Email).HasMaxLength(EmailAddress.MaxLength);
        builder.Property(x => x.TokenHash).IsHash();
        builder.HasIndex(x => x.TokenHash).IsUnique();
        builder.HasIndex(x => x.ExpiresAt);
    }
}
