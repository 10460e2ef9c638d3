using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Tokens;

static class OAuthColumns
{
    /// <summary>The column of an authorization's id. The migrations call an authorization an approval.</summary>
    public const string AuthorizationId = "ApprovalId";

    /// <summary>An absolute URI.</summary>
    public static PropertyBuilder IsUri(this PropertyBuilder property) => property.IsAscii(OAuthLimits.MaxUri);

    /// <summary>Scopes, separated by spaces.</summary>
    public static PropertyBuilder IsScope(this PropertyBuilder property) => property.IsAscii(OAuthLimits.MaxScope);
}

sealed class RegisteredClientConfiguration : IEntityTypeConfiguration<RegisteredClient>
{
    public void Configure(EntityTypeBuilder<RegisteredClient> builder)
    {
        builder.ToTable("OAuthClients").HasKey(x => x.ClientId);
        builder.Property(x => x.ClientId).IsId();
        builder.Property(x => x.Name).IsName();
        builder.Property(x => x.SecretHash).IsHash();
        builder.Property(x => x.AuthMethod).IsAscii(32);
        builder.Property(x => x.RedirectUris).IsAscii(OAuthLimits.MaxRedirectUris * (OAuthLimits.MaxUri + 1));
        builder.Property(x => x.GrantTypes).IsAscii(200);
        builder.Property(x => x.Scope).IsScope();
        builder.Property(x => x.ClientUri).IsUri();
        builder.Property(x => x.Network).IsId();
        builder.HasIndex(x => new { x.ApprovedAt, x.CreatedAt });
    }
}

sealed class AuthorizationConfiguration : IEntityTypeConfiguration<Authorization>
{
    public void Configure(EntityTypeBuilder<Authorization> builder)
    {
        builder.ToTable("OAuthApprovals");
        builder.Property(x => x.Id).IsId();
        builder.Property(x => x.ClientId).IsId();
        builder.Property(x => x.Scope).IsScope();
        builder.Property(x => x.Resource).IsUri();
        builder.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
        builder.HasOne<DashboardUser>().WithMany().HasForeignKey(x => x.UserId);
        builder.HasIndex(x => new { x.OrganizationId, x.ApprovedAt, x.Id });
        builder.HasIndex(x => new { x.UserId, x.ApprovedAt, x.Id });
        builder.HasIndex(x => x.ExpiresAt);
    }
}

sealed class RefreshTokenConfiguration : IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<RefreshToken> builder)
    {
        builder.ToTable("OAuthRefreshTokens").HasKey(x => x.TokenHash);
        builder.Property(x => x.TokenHash).IsHash();
        builder.Property(x => x.AuthorizationId).HasColumnName(OAuthColumns.AuthorizationId);
        builder.HasOne<Authorization>().WithMany().HasForeignKey(x => x.AuthorizationId);
        builder.HasIndex(x => x.ExpiresAt);
    }
}

sealed class AccessTokenConfiguration : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> builder)
    {
        builder.ToTable("OAuthAccessTokens").HasKey(x => x.Jti);
        builder.Property(x => x.Jti).IsId();
        builder.Property(x => x.AuthorizationId).HasColumnName(OAuthColumns.AuthorizationId);
        builder.Property(x => x.ClientId).IsId();
        builder.Property(x => x.OwnerType).HasConversion(type => type.ToWireName(), word => PartyTypes.FromWireName(word)).IsAscii(16);
        builder.Property(x => x.OwnerId).IsId();
        builder.Property(x => x.Scope).IsScope();
        builder.Property(x => x.Resource).IsUri();
        builder.HasOne<Authorization>().WithMany().HasForeignKey(x => x.AuthorizationId);
        builder.HasIndex(x => x.ExpiresAt);
    }
}

sealed class SigningKeyConfiguration : IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.ToTable("OAuthSigningKeys").HasKey(x => x.Kid);
        builder.Property(x => x.Kid).IsId();
        builder.Property(x => x.X).IsAscii(Columns.MaxId);
        builder.Property(x => x.Y).IsAscii(Columns.MaxId);
    }
}
