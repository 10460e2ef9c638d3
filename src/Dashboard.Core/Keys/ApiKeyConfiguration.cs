using Dashboard.Core.Data;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Keys;

sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("ApiKeys", table =>
        {
            table.HasCheckConstraint("CK_ApiKeys_Shelf", $"\"Shelf\" = {KeyListPartition.Sql}");
            table.HasCheckConstraint("CK_ApiKeys_LastUsedOrder", "\"LastUsedOrder\" = COALESCE(\"LastUsedAt\", 0)");
            var never = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
            table.HasCheckConstraint("CK_ApiKeys_ExpiryOrder", $"\"ExpiryOrder\" = COALESCE(\"ExpiresAt\", {never})");
        }).HasKey(x => x.KeyId);
        builder.Property(x => x.KeyId).IsId();
        builder.Property(x => x.Hash).IsHash();
        builder.Property(x => x.Prefix).IsAscii(512);
        builder.Property(x => x.Name).IsName();
        builder.Property(x => x.SortName).IsSortKey();
        builder.Property(x => x.Environment)
            .HasConversion(environment => environment.ToWireName(), word => KeyEnvironments.Parse(word)).IsAscii(8);
        builder.Property(x => x.State).HasConversion(state => state.ToWireName(), word => KeyStates.FromWireName(word)).IsAscii(16);
        builder.Property(x => x.Note).HasMaxLength(2 * ApiKey.MaxNoteLength); // a character beyond the basic plane takes two
        builder.Property(x => x.RevocationReason).HasMaxLength(2 * RevocationReasons.MaxLength);
        builder.Property(x => x.Permissions).IsAscii(PermissionCatalog.MaxPermissionsLength);
        builder.Property(x => x.OwnerType).HasConversion(type => type.ToWireName(), word => PartyTypes.FromWireName(word)).IsAscii(16);
        builder.Property(x => x.OwnerId).IsId();
        builder.Property(x => x.CreatedBy).IsId();
        builder.Property(x => x.LastUsedFrom).IsAscii(Columns.MaxId);
        builder.Property(x => x.AllowedIps).IsAscii(AddressList.MaxTextLength);
        builder.Property(x => x.AdminAllowedIps).IsAscii(AddressList.MaxTextLength);
        builder.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
        builder.HasMany(x => x.Scope).WithOne().HasForeignKey(x => x.KeyId);
        builder.HasIndex(x => x.Hash).IsUnique();
        builder.HasIndex(x => new { x.OwnerId, x.KeyId });
        builder.HasIndex(x => new { x.ProjectId, x.Counted, x.ExpiryOrder }); // what has expired and still counts
        // Each index serves one order of a page: only the rows that the page shows are read.
        builder.HasIndex(x => new { x.ProjectId, x.Shelf, x.CreatedAt, x.KeyId });
        builder.HasIndex(x => new { x.ProjectId, x.Shelf, x.SortName, x.KeyId });
        builder.HasIndex(x => new { x.ProjectId, x.Shelf, x.LastUsedOrder, x.KeyId });
        builder.HasIndex(x => new { x.ProjectId, x.Shelf, x.ExpiryOrder, x.KeyId });
    }
}

sealed class KeyResourceConfiguration : IEntityTypeConfiguration<KeyResource>
{
    public void Configure(EntityTypeBuilder<KeyResource> builder)
    {
        builder.ToTable("ApiKeyResources").HasKey(x => new { x.KeyId, x.ResourceId });
        builder.Property(x => x.KeyId).IsId();
        builder.HasOne(x => x.Resource).WithMany().HasForeignKey(x => x.ResourceId);
    }
}

sealed class UsedTemplateConfiguration : IEntityTypeConfiguration<UsedTemplate>
{
    public void Configure(EntityTypeBuilder<UsedTemplate> builder)
    {
        builder.ToTable("UsedTemplates").HasKey(x => x.Text);
        builder.Property(x => x.Text).IsAscii(KeyTemplate.MaxTextLength);
    }
}
