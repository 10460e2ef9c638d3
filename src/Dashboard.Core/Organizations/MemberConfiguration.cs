using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Organizations;

sealed class MemberConfiguration : IEntityTypeConfiguration<Member>
{
    public void Configure(EntityTypeBuilder<Member> builder)
    {
        builder.ToTable("Members").HasKey(x => new { x.OrganizationId, x.UserId });
        builder.Property(x => x.Role).HasConversion(role => role.ToWireName(), word => OrganizationRoles.FromWireName(word)).IsAscii(16);
        builder.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
        builder.HasOne<DashboardUser>().WithMany().HasForeignKey(x => x.UserId);
        builder.HasIndex(x => x.UserId);
        builder.HasQueryFilter(x => x.DisabledAt == null);
    }
}
