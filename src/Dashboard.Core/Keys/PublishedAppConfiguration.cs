using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Keys;

sealed class PublishedAppConfiguration : IEntityTypeConfiguration<PublishedApp>
{
    public void Configure(EntityTypeBuilder<PublishedApp> builder)
    {
        builder.ToTable("Apps");
        builder.Property(x => x.Id).IsId();
        builder.Property(x => x.Name).IsName();
        builder.Property(x => x.ResourceKind).IsId();
        builder.Property(x => x.ResourceId).IsId();
        builder.Property(x => x.PublishedBy).IsId();
        builder.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
        builder.HasIndex(x => new { x.ProjectId, x.PublishedAt, x.Id });
    }
}
