using Dashboard.Core.Data;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.OAuth;

sealed class AuthorizationCodeConfiguration : IEntityTypeConfiguration<AuthorizationCode>
{
    public void Configure(EntityTypeBuilder<AuthorizationCode> builder)
    {
        builder.ToTable("OAuthCodes").HasKey(x => x.CodeHash);
        builder.Property(x => x.CodeHash).IsHash();
        builder.Property(x => x.ClientId).IsId();
        builder.Property(x => x.UserId).IsId();
        builder.Property(x => x.Scope).IsScope();
        builder.Property(x => x.Resource).IsUri();
        builder.Property(x => x.RedirectUri).IsUri();
        builder.Property(x => x.CodeChallenge).IsId();
        builder.Property(x => x.AuthorizationId).HasColumnName(OAuthColumns.AuthorizationId).IsId();
        builder.HasIndex(x => x.ExpiresAt);
    }
}
