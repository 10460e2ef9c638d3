using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Keys;

sealed class PublishedAppConfiguration(Collations collations) : IEntityTypeConfiguration<PublishedApp>
{
    public void Configure(EntityTypeBuilder<PublishedApp> builder)
    {
        builder.ToTable("Apps");
        builder.Property(x => x.Id).IsId(collations);
        builder.Property(x => x.Name).IsName();
        builder.Property(x => x.ResourceKind).IsId(collations);
        builder.Property(x => x.ResourceId).IsId(collations);
        builder.Property(x => x.PublishedBy).IsId(collations);
        builder.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
        builder.HasIndex(x => new { x.ProjectId, x.PublishedAt, x.Id });
    }
}
