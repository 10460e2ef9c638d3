using Dashboard.Core.Accounts;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Members;

/// <summary>An invitation to an organization. The row is deleted when the invitation is accepted or withdrawn.</summary>
public sealed class Invitation
{
    /// <summary>How long a link works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>How long an expired invitation stays in the list.</summary>
    public static readonly TimeSpan ExpiredKept = TimeSpan.FromDays(30);

    /// <summary>The prefix of every identifier.</summary>
    public const string IdPrefix = "inv_";

    /// <summary>The identifier: <see cref="IdPrefix"/> and 16 base62 characters. It opens nothing.</summary>
    public required string Id { get; init; }

    /// <summary>Whether an invitation can have this identifier.</summary>
    internal static bool IsId(string? id) => Names.IsResourceId(id) && id!.StartsWith(IdPrefix, StringComparison.Ordinal);

    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The address that the invitation is for, as it was entered.</summary>
    public required string Email { get; init; }

    /// <summary>The address as accounts are looked up by.</summary>
    public required string NormalizedEmail { get; init; }

    /// <summary>The role that the person gets.</summary>
    public required OrganizationRole Role { get; init; }

    /// <summary>The member who vouches for it: who made the newest link.</summary>
    public required string InvitedBy { get; set; }

    /// <summary>The SHA-256 of the token in the newest link.</summary>
    public required byte[] TokenHash { get; set; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when the newest link works, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; set; }
}

sealed class InvitationConfiguration : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.ToTable("Invitations");
        builder.Property(x => x.Id).IsId();
        builder.Property(x => x.Email).HasMaxLength(EmailAddress.MaxLength);
        builder.Property(x => x.NormalizedEmail).HasMaxLength(EmailAddress.MaxLength);
        builder.Property(x => x.Role).HasConversion(role => role.ToWireName(), word => OrganizationRoles.FromWireName(word)).IsAscii(16);
        builder.Property(x => x.InvitedBy).IsId();
        builder.Property(x => x.TokenHash).IsHash();
        builder.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
        builder.HasIndex(x => x.TokenHash).IsUnique();
        builder.HasIndex(x => new { x.OrganizationId, x.NormalizedEmail }).IsUnique();
    }
}
