using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Accounts;

/// <summary>A browser that an account has signed in from. It carries a secret of which only the hash is stored. Failures elsewhere do not
/// affect its sign-ins, so that no stranger can lock a person out of their own browser.</summary>
public sealed class KnownBrowser
{
    /// <summary>The SHA-256 of the secret in the cookie.</summary>
    public required byte[] SecretHash { get; init; }

    /// <summary>The only account that it counts for.</summary>
    public required string UserId { get; init; }

    /// <summary>The SHA-256 of the stored password hash at that time. It counts only while the password is the same.</summary>
    public required byte[] PasswordMark { get; set; }

    /// <summary>The number of failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>When it last signed in, UTC.</summary>
    public required DateTimeOffset LastUsedAt { get; set; }
}

sealed class KnownBrowserConfiguration : IEntityTypeConfiguration<KnownBrowser>
{
    public void Configure(EntityTypeBuilder<KnownBrowser> builder)
    {
        builder.ToTable("KnownBrowsers").HasKey(x => x.SecretHash);
        builder.Property(x => x.SecretHash).IsHash();
        builder.Property(x => x.UserId).IsId();
        builder.Property(x => x.PasswordMark).IsHash();
        builder.HasIndex(x => new { x.UserId, x.LastUsedAt });
        builder.HasOne<DashboardUser>().WithMany().HasForeignKey(x => x.UserId);
    }
}
