using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Organizations;

sealed class DashboardUserConfiguration : IEntityTypeConfiguration<DashboardUser>
{
    public void Configure(EntityTypeBuilder<DashboardUser> builder)
    {
        builder.Property(x => x.Id).IsId();
        builder.Property(x => x.Name).IsName();
        builder.HasMany<Session>().WithOne().HasForeignKey(x => x.UserId);
    }
}

sealed class SignInFailuresConfiguration : IEntityTypeConfiguration<SignInFailures>
{
    public void Configure(EntityTypeBuilder<SignInFailures> builder)
    {
        builder.ToTable("SignInFailures").HasKey(x => new { x.AccountHash, x.Network });
        builder.Property(x => x.AccountHash).IsHash();
        builder.Property(x => x.Network).IsAscii(Columns.MaxId);
        builder.HasIndex(x => x.LastAt);
    }
}
