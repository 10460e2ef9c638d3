using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Organizations;

sealed class OrganizationConfiguration : IEntityTypeConfiguration<Organization>
{
    public void Configure(EntityTypeBuilder<Organization> builder)
    {
        builder.ToTable("Organizations");
        builder.Property(x => x.Slug).IsId();
        builder.Property(x => x.Name).IsName();
        builder.HasIndex(x => x.Slug).IsUnique();
    }
}

sealed class OrganizationSlugConfiguration : IEntityTypeConfiguration<OrganizationSlug>
{
    public void Configure(EntityTypeBuilder<OrganizationSlug> builder)
    {
        builder.ToTable("OrganizationSlugs").HasKey(x => x.Slug);
        builder.Property(x => x.Slug).IsId();
    }
}

sealed class ProjectConfiguration : IEntityTypeConfiguration<Project>
{
    public void Configure(EntityTypeBuilder<Project> builder)
    {
        builder.ToTable("Projects");
        builder.Property(x => x.Slug).IsId();
        builder.Property(x => x.Name).IsName();
        builder.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
        builder.HasIndex(x => new { x.OrganizationId, x.Slug }).IsUnique();
    }
}

sealed class ProjectSlugConfiguration : IEntityTypeConfiguration<ProjectSlug>
{
    public void Configure(EntityTypeBuilder<ProjectSlug> builder)
    {
        builder.ToTable("ProjectSlugs").HasKey(x => new { x.OrganizationId, x.Slug });
        builder.Property(x => x.Slug).IsId();
    }
}

sealed class ResourceConfiguration : IEntityTypeConfiguration<Resource>
{
    public void Configure(EntityTypeBuilder<Resource> builder)
    {
        builder.ToTable("Resources");
        builder.Property(x => x.Kind).IsId();
        builder.Property(x => x.ExternalId).IsId();
        builder.Property(x => x.Name).IsName();
        builder.Property(x => x.SortName).IsSortKey();
        builder.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
        builder.HasIndex(x => new { x.ProjectId, x.Kind, x.ExternalId }).IsUnique();
        // One index for each order of the list.
        builder.HasIndex(x => new { x.ProjectId, x.CreatedAt, x.Id });
        builder.HasIndex(x => new { x.ProjectId, x.SortName, x.Id });
    }
}

sealed class InstallationConfiguration : IEntityTypeConfiguration<Installation>
{
    public void Configure(EntityTypeBuilder<Installation> builder)
    {
        builder.ToTable("Installation").Property(x => x.Id).ValueGeneratedNever();
        builder.Property(x => x.ProtectedSetUpCode).HasMaxLength(1000).IsUnicode(false);
        builder.HasData(new Installation { Id = Installation.TheOne });
    }
}
