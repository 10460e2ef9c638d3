using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Organizations;

sealed class ServiceAccountConfiguration : IEntityTypeConfiguration<ServiceAccount>
{
    public void Configure(EntityTypeBuilder<ServiceAccount> builder)
    {
        builder.ToTable("ServiceAccounts");
        builder.Property(x => x.Id).IsId();
        builder.Property(x => x.Name).IsName();
        builder.Property(x => x.Description).HasMaxLength(ServiceAccount.MaxDescriptionLength);
        builder.Property(x => x.Permissions).IsAscii(PermissionCatalog.MaxPermissionsLength);
        builder.Property(x => x.Environment)
            .HasConversion(environment => environment.ToWireName(), word => KeyEnvironments.Parse(word)).IsAscii(8);
        builder.Property(x => x.State)
            .HasConversion(state => state.ToWireName(), word => ServiceAccountStates.FromWireName(word)).IsAscii(16);
        builder.Property(x => x.CreatedBy).IsId();
        builder.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
        builder.HasMany(x => x.Projects).WithOne().HasForeignKey(x => x.ServiceAccountId);
        builder.HasMany(x => x.Owners).WithOne().HasForeignKey(x => x.ServiceAccountId);
        builder.HasIndex(x => new { x.OrganizationId, x.CreatedAt, x.Id });
    }
}

sealed class ServiceAccountOwnerConfiguration : IEntityTypeConfiguration<ServiceAccountOwner>
{
    public void Configure(EntityTypeBuilder<ServiceAccountOwner> builder)
    {
        builder.ToTable("ServiceAccountOwners").HasKey(x => new { x.ServiceAccountId, x.UserId });
        builder.Property(x => x.ServiceAccountId).IsId();
        builder.Property(x => x.UserId).IsId();
        builder.HasIndex(x => new { x.UserId, x.OrganizationId });
    }
}

sealed class ServiceAccountProjectConfiguration : IEntityTypeConfiguration<ServiceAccountProject>
{
    public void Configure(EntityTypeBuilder<ServiceAccountProject> builder)
    {
        builder.ToTable("ServiceAccountProjects").HasKey(x => new { x.ServiceAccountId, x.ProjectId });
        builder.Property(x => x.ServiceAccountId).IsId();
        builder.HasOne(x => x.Project).WithMany().HasForeignKey(x => x.ProjectId);
    }
}

sealed class ServiceAccountCredentialConfiguration : IEntityTypeConfiguration<ServiceAccountCredential>
{
    public void Configure(EntityTypeBuilder<ServiceAccountCredential> builder)
    {
        builder.ToTable("ServiceAccountCredentials");
        builder.Property(x => x.Id).IsId();
        builder.Property(x => x.ClientId).IsId();
        builder.Property(x => x.ServiceAccountId).IsId();
        builder.Property(x => x.SecretHash).IsHash();
        builder.Property(x => x.Hint).IsAscii(ServiceAccountCredential.HintLength);
        builder.HasIndex(x => x.ClientId);
        builder.HasOne<ServiceAccount>().WithMany().HasForeignKey(x => x.ServiceAccountId);
    }
}
