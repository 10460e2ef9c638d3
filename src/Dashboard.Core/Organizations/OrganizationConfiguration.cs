using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Organizations;

sealed class OrganizationConfiguration(Collations collations) : IEntityTypeConfiguration<Organization>
{
    public void Configure(EntityTypeBuilder<Organization> builder)
    {
        builder.ToTable("Organizations");
        builder.Property(x => x.Slug).IsId(collations);
        builder.Property(x => x.Name).IsName();
        builder.HasIndex(x => x.Slug).IsUnique();
    }
}

sealed class OrganizationSlugConfiguration(Collations collations) : IEntityTypeConfiguration<OrganizationSlug>
{
    public void Configure(EntityTypeBuilder<OrganizationSlug> builder)
    {
        builder.ToTable("OrganizationSlugs").HasKey(x => x.Slug);
        builder.Property(x => x.Slug).IsId(collations);
    }
}

sealed class ProjectConfiguration(Collations collations) : IEntityTypeConfiguration<Project>
{
    public void Configure(EntityTypeBuilder<Project> builder)
    {
        builder.ToTable("Projects");
        builder.Property(x => x.Slug).IsId(collations);
        builder.Property(x => x.Name).IsName();
        builder.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
        builder.HasIndex(x => new { x.OrganizationId, x.Slug }).IsUnique();
    }
}

sealed class ProjectSlugConfiguration(Collations collations) : IEntityTypeConfiguration<ProjectSlug>
{
    public void Configure(EntityTypeBuilder<ProjectSlug> builder)
    {
        builder.ToTable("ProjectSlugs").HasKey(x => new { x.OrganizationId, x.Slug });
        builder.Property(x => x.Slug).IsId(collations);
    }
}

sealed class ResourceConfiguration(Collations collations) : IEntityTypeConfiguration<Resource>
{
    public void Configure(EntityTypeBuilder<Resource> builder)
    {
        builder.ToTable("Resources");
        builder.Property(x => x.Kind).IsId(collations);
        builder.Property(x => x.ExternalId).IsId(collations);
        builder.Property(x => x.Name).IsName().UseCollation(collations.Names);
        builder.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
        builder.HasIndex(x => new { x.ProjectId, x.Kind, x.ExternalId }).IsUnique();
        // One index for each order of the list.
        builder.HasIndex(x => new { x.ProjectId, x.CreatedAt, x.Id });
        builder.HasIndex(x => new { x.ProjectId, x.Name, x.Id });
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
