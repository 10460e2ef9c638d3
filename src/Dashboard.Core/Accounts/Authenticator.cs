using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Accounts;

/// <summary>The authenticator app of a person.</summary>
public sealed class Authenticator
{
    /// <summary>The person.</summary>
    public required string UserId { get; init; }

    /// <summary>The secret that the app computes its codes from, encrypted by data protection.</summary>
    public required byte[] ProtectedSecret { get; set; }

    /// <summary>Since when it counts, UTC.</summary>
    public required DateTimeOffset ConfirmedAt { get; set; }

    /// <summary>The time step of the last code that was used. A code of that step or an earlier one is refused (RFC 6238 section
    /// 5.2).</summary>
    public required long LastStep { get; set; }
}

/// <summary>A recovery code that has not been used. It signs a person in once, instead of another second factor.</summary>
public sealed class RecoveryCode
{
    /// <summary>The person.</summary>
    public required string UserId { get; init; }

    /// <summary>The hash of the code with <see cref="Salt"/>.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The salt, which a person's codes share, so that checking one takes one hash.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>The iterations of the hash.</summary>
    public required int Iterations { get; init; }
}

sealed class AuthenticatorConfiguration : IEntityTypeConfiguration<Authenticator>
{
    const int MaxProtectedSecret = 1000;

    public void Configure(EntityTypeBuilder<Authenticator> builder)
    {
        builder.ToTable("Authenticators").HasKey(x => x.UserId);
        builder.Property(x => x.UserId).IsId();
        builder.Property(x => x.ProtectedSecret).HasMaxLength(MaxProtectedSecret);
        builder.HasOne<DashboardUser>().WithMany().HasForeignKey(x => x.UserId);
    }
}

sealed class RecoveryCodeConfiguration : IEntityTypeConfiguration<RecoveryCode>
{
    const int SaltLength = 16;

    public void Configure(EntityTypeBuilder<RecoveryCode> builder)
    {
        builder.ToTable("RecoveryCodes").HasKey(x => new { x.UserId, x.Hash });
        builder.Property(x => x.UserId).IsId();
        builder.Property(x => x.Hash).IsHash();
        builder.Property(x => x.Salt).HasMaxLength(SaltLength).IsFixedLength();
        builder.HasOne<DashboardUser>().WithMany().HasForeignKey(x => x.UserId);
    }
}

/// <summary>What Latchkey stores about a passkey beside what Identity does.</summary>
sealed class PasskeyConfiguration : IEntityTypeConfiguration<IdentityUserPasskey<string>>
{
    /// <summary>When the passkey was last used, UTC, or null.</summary>
    public const string LastUsedAt = "LastUsedAt";

    public void Configure(EntityTypeBuilder<IdentityUserPasskey<string>> builder) => builder.Property<DateTimeOffset?>(LastUsedAt);
}
