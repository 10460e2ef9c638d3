using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Accounts;

/// <summary>What the link of a mail does.</summary>
public enum AccountLinkKind
{
    /// <summary>Sets a new password.</summary>
    PasswordReset,

    /// <summary>Confirms a new email address.</summary>
    EmailChange,
}

/// <summary>A link that was mailed to a person, or printed for them. It works once, until it expires, and until the password changes. Rows
/// stay until they expire, because they are counted.</summary>
public sealed class AccountLink
{
    /// <summary>How long a link works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>The SHA-256 of the token in the link.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>The person.</summary>
    public required string UserId { get; init; }

    /// <summary>What it does.</summary>
    public required AccountLinkKind Kind { get; init; }

    /// <summary>The new address that it confirms; null for another kind.</summary>
    public string? Email { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it no longer works, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was used or became void, UTC, or null.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Returns the links that work at <paramref name="now"/>.</summary>
    internal static IQueryable<AccountLink> Live(IQueryable<AccountLink> links, DateTimeOffset now) =>
        links.Where(x => x.EndedAt == null && x.ExpiresAt > now);
}

sealed class AccountLinkConfiguration : IEntityTypeConfiguration<AccountLink>
{
    public void Configure(EntityTypeBuilder<AccountLink> builder)
    {
        builder.ToTable("AccountLinks").HasKey(x => x.TokenHash);
        builder.Property(x => x.TokenHash).IsHash();
        builder.Property(x => x.UserId).IsId();
        builder.Property(x => x.Kind).HasConversion<string>().IsAscii(Columns.MaxId);
        builder.Property(x => x.Email).HasMaxLength(EmailAddress.MaxLength);
        builder.HasIndex(x => new { x.UserId, x.Kind });
        builder.HasOne<DashboardUser>().WithMany().HasForeignKey(x => x.UserId);
    }
}
