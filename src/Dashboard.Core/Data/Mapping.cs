using Dashboard.Core.Changes;
using Dashboard.Core.DataProtection;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Core.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dashboard.Core.Data;

/// <summary>How the model lies in tables. Deletes never cascade by themselves: what goes with what is a rule of the domain, and leaves audit rows.</summary>
sealed class Mapping
{
    const int IdLength = 64;
    const int UriLength = OAuthLimits.MaxUri;
    const int ScopeLength = OAuthLimits.MaxScope;
    const int NameLength = 2 * Names.MaxLength; // a character beyond the basic plane takes two

    const string AuthorizationColumn = "ApprovalId";

    readonly string? byteCollation;
    readonly string? nameCollation;

    Mapping(string? byteCollation, string? nameCollation) => (this.byteCollation, this.nameCollation) = (byteCollation, nameCollation);

    /// <summary>Adds every table to <paramref name="builder"/>.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="byteCollation">The collation of ids and slugs, or null for the database's own.</param>
    /// <param name="nameCollation">The collation that lists are sorted by name with, or null for the database's own.</param>
    public static void Apply(ModelBuilder builder, string? byteCollation, string? nameCollation)
    {
        var mapping = new Mapping(byteCollation, nameCollation);
        mapping.Organizations(builder);
        mapping.Keys(builder);
        mapping.Apps(builder);
        mapping.ServiceAccounts(builder);
        mapping.OAuth(builder);
        mapping.Usage(builder);
        mapping.Changes(builder);
        mapping.People(builder);
        foreach (var key in builder.Model.GetEntityTypes().SelectMany(type => type.GetForeignKeys()))
        {
            key.DeleteBehavior = DeleteBehavior.Restrict;
            foreach (var (property, principal) in key.Properties.Zip(key.PrincipalKey.Properties))
            {
                property.SetCollation(principal.GetCollation()); // SQL Server turns down a reference between two collations
            }
        }
    }

    void Organizations(ModelBuilder builder)
    {
        builder.Entity<Organization>(organization =>
        {
            organization.ToTable("Organizations");
            Id(organization.Property(x => x.Slug));
            organization.Property(x => x.Name).HasMaxLength(NameLength);
            organization.HasIndex(x => x.Slug).IsUnique();
        });
        builder.Entity<OrganizationSlug>(slug =>
        {
            slug.ToTable("OrganizationSlugs").HasKey(x => x.Slug);
            Id(slug.Property(x => x.Slug));
        });
        builder.Entity<Member>(member =>
        {
            member.ToTable("Members").HasKey(x => new { x.OrganizationId, x.UserId });
            member.Property(x => x.Role).HasConversion(role => role.ToWireName(), word => OrganizationRoles.FromWireName(word)).HasMaxLength(16).IsUnicode(false);
            member.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
            member.HasOne<DashboardUser>().WithMany().HasForeignKey(x => x.UserId);
            member.HasIndex(x => x.UserId);
        });
        builder.Entity<Project>(project =>
        {
            project.ToTable("Projects");
            Id(project.Property(x => x.Slug));
            project.Property(x => x.Name).HasMaxLength(NameLength);
            project.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
            project.HasIndex(x => new { x.OrganizationId, x.Slug }).IsUnique();
        });
        builder.Entity<ProjectSlug>(slug =>
        {
            slug.ToTable("ProjectSlugs").HasKey(x => new { x.OrganizationId, x.Slug });
            Id(slug.Property(x => x.Slug));
        });
        builder.Entity<Resource>(resource =>
        {
            resource.ToTable("Resources");
            Id(resource.Property(x => x.Kind));
            Id(resource.Property(x => x.ExternalId));
            resource.Property(x => x.Name).HasMaxLength(NameLength).UseCollation(nameCollation);
            resource.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
            resource.HasIndex(x => new { x.ProjectId, x.Kind, x.ExternalId }).IsUnique();
            // One for each order that a list has.
            resource.HasIndex(x => new { x.ProjectId, x.CreatedAt, x.Id });
            resource.HasIndex(x => new { x.ProjectId, x.Name, x.Id });
        });
        builder.Entity<Installation>(installation =>
        {
            installation.ToTable("Installation").Property(x => x.Id).ValueGeneratedNever();
            installation.HasData(new Installation { Id = Installation.TheOne });
        });
    }

    void Keys(ModelBuilder builder)
    {
        builder.Entity<ApiKey>(key =>
        {
            key.ToTable("ApiKeys", table =>
            {
                table.HasCheckConstraint("CK_ApiKeys_Shelf", $"\"Shelf\" = {KeyListPartition.Sql}");
                table.HasCheckConstraint("CK_ApiKeys_LastUsedOrder", "\"LastUsedOrder\" = COALESCE(\"LastUsedAt\", 0)");
                table.HasCheckConstraint("CK_ApiKeys_ExpiryOrder", $"\"ExpiryOrder\" = COALESCE(\"ExpiresAt\", {DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()})");
            }).HasKey(x => x.KeyId);
            Id(key.Property(x => x.KeyId));
            key.Property(x => x.Hash).HasMaxLength(32).IsFixedLength();
            key.Property(x => x.Prefix).HasMaxLength(512).IsUnicode(false);
            key.Property(x => x.Name).HasMaxLength(NameLength).UseCollation(nameCollation);
            key.Property(x => x.Environment).HasConversion(environment => environment.ToWireName(), word => KeyEnvironments.Parse(word)).HasMaxLength(8).IsUnicode(false);
            key.Property(x => x.State).HasConversion(state => state.ToWireName(), word => KeyStates.FromWireName(word)).HasMaxLength(16).IsUnicode(false);
            key.Property(x => x.Permissions).HasMaxLength(PermissionCatalog.MaxPermissionsLength).IsUnicode(false);
            key.Property(x => x.OwnerType).HasConversion(type => type.ToWireName(), word => PartyTypes.FromWireName(word)).HasMaxLength(16).IsUnicode(false);
            Id(key.Property(x => x.OwnerId));
            Id(key.Property(x => x.CreatedBy));
            key.Property(x => x.LastUsedFrom).HasMaxLength(IdLength).IsUnicode(false);
            key.Property(x => x.AllowedIps).HasMaxLength(AddressList.MaxTextLength).IsUnicode(false);
            key.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
            key.HasMany(x => x.Scope).WithOne().HasForeignKey(x => x.KeyId);
            key.HasIndex(x => x.Hash).IsUnique();
            key.HasIndex(x => new { x.OwnerId, x.KeyId });
            // Each holds all that one part of a page needs, in its order: no row is read that is not shown.
            key.HasIndex(x => new { x.ProjectId, x.Shelf, x.CreatedAt, x.KeyId });
            key.HasIndex(x => new { x.ProjectId, x.Shelf, x.Name, x.KeyId });
            key.HasIndex(x => new { x.ProjectId, x.Shelf, x.LastUsedOrder, x.KeyId });
            key.HasIndex(x => new { x.ProjectId, x.Shelf, x.ExpiryOrder, x.KeyId });
        });
        builder.Entity<KeyResource>(scope =>
        {
            scope.ToTable("ApiKeyResources").HasKey(x => new { x.KeyId, x.ResourceId });
            Id(scope.Property(x => x.KeyId));
            scope.HasOne(x => x.Resource).WithMany().HasForeignKey(x => x.ResourceId);
        });
        builder.Entity<IdempotencyRecord>(record =>
        {
            record.ToTable("IdempotencyRecords").HasKey(x => new { x.ActorId, x.IdempotencyKeyHash });
            Id(record.Property(x => x.ActorId));
            record.Property(x => x.IdempotencyKeyHash).HasMaxLength(32).IsFixedLength();
            record.Property(x => x.RequestHash).HasMaxLength(32).IsFixedLength();
            Id(record.Property(x => x.KeyId));
            record.HasIndex(x => x.CreatedAt);
        });
        builder.Entity<KeyFirstUse>(use =>
        {
            use.ToTable("ApiKeyFirstUses").HasKey(x => x.KeyId);
            Id(use.Property(x => x.KeyId));
            use.Property(x => x.Method).HasMaxLength(KeyFirstUse.MaxMethodLength).IsUnicode(false);
            use.Property(x => x.Path).HasMaxLength(KeyFirstUse.MaxPathLength);
            use.Property(x => x.Network).HasMaxLength(IdLength).IsUnicode(false);
            use.Property(x => x.Client).HasMaxLength(IdLength).IsUnicode(false);
            use.HasOne<ApiKey>().WithOne().HasForeignKey<KeyFirstUse>(x => x.KeyId);
        });
        builder.Entity<UsedTemplate>(template =>
        {
            template.ToTable("UsedTemplates").HasKey(x => x.Text);
            template.Property(x => x.Text).HasMaxLength(KeyTemplate.MaxTextLength).IsUnicode(false).UseCollation(byteCollation);
        });
    }

    void Apps(ModelBuilder builder) => builder.Entity<PublishedApp>(app =>
    {
        app.ToTable("Apps");
        Id(app.Property(x => x.Id));
        app.Property(x => x.Name).HasMaxLength(NameLength);
        Id(app.Property(x => x.ResourceKind));
        Id(app.Property(x => x.ResourceId));
        Id(app.Property(x => x.PublishedBy));
        app.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
        app.HasIndex(x => new { x.ProjectId, x.PublishedAt, x.Id });
    });

    void ServiceAccounts(ModelBuilder builder)
    {
        builder.Entity<ServiceAccount>(account =>
        {
            account.ToTable("ServiceAccounts");
            Id(account.Property(x => x.Id));
            account.Property(x => x.Name).HasMaxLength(NameLength);
            account.Property(x => x.Description).HasMaxLength(ServiceAccount.MaxDescriptionLength);
            account.Property(x => x.Permissions).HasMaxLength(PermissionCatalog.MaxPermissionsLength).IsUnicode(false);
            account.Property(x => x.Environment).HasConversion(environment => environment.ToWireName(), word => KeyEnvironments.Parse(word)).HasMaxLength(8).IsUnicode(false);
            account.Property(x => x.State).HasConversion(state => state.ToWireName(), word => ServiceAccountStates.FromWireName(word)).HasMaxLength(16).IsUnicode(false);
            Id(account.Property(x => x.CreatedBy));
            account.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
            account.HasMany(x => x.Projects).WithOne().HasForeignKey(x => x.ServiceAccountId);
            account.HasIndex(x => new { x.OrganizationId, x.CreatedAt, x.Id });
        });
        builder.Entity<ServiceAccountProject>(project =>
        {
            project.ToTable("ServiceAccountProjects").HasKey(x => new { x.ServiceAccountId, x.ProjectId });
            Id(project.Property(x => x.ServiceAccountId));
            project.HasOne(x => x.Project).WithMany().HasForeignKey(x => x.ProjectId);
        });
        builder.Entity<ServiceAccountCredential>(credential =>
        {
            credential.ToTable("ServiceAccountCredentials");
            Id(credential.Property(x => x.Id));
            Id(credential.Property(x => x.ClientId));
            Id(credential.Property(x => x.ServiceAccountId));
            credential.Property(x => x.SecretHash).HasMaxLength(32).IsFixedLength();
            credential.Property(x => x.Hint).HasMaxLength(ClientSecret.HintLength).IsUnicode(false);
            credential.HasIndex(x => x.ClientId);
            credential.HasOne<ServiceAccount>().WithMany().HasForeignKey(x => x.ServiceAccountId);
        });
    }

    void OAuth(ModelBuilder builder)
    {
        builder.Entity<RegisteredClient>(client =>
        {
            client.ToTable("OAuthClients").HasKey(x => x.ClientId);
            Id(client.Property(x => x.ClientId));
            client.Property(x => x.Name).HasMaxLength(NameLength);
            client.Property(x => x.SecretHash).HasMaxLength(32).IsFixedLength();
            client.Property(x => x.AuthMethod).HasMaxLength(32).IsUnicode(false);
            client.Property(x => x.RedirectUris).HasMaxLength(OAuthLimits.MostRedirectUris * (UriLength + 1)).IsUnicode(false);
            client.Property(x => x.GrantTypes).HasMaxLength(200).IsUnicode(false);
            Scope(client.Property(x => x.Scope));
            client.Property(x => x.ClientUri).HasMaxLength(UriLength).IsUnicode(false);
            client.HasIndex(x => new { x.ApprovedAt, x.CreatedAt });
        });
        builder.Entity<Authorization>(authorization =>
        {
            authorization.ToTable("OAuthApprovals");
            Id(authorization.Property(x => x.Id));
            Id(authorization.Property(x => x.ClientId));
            Scope(authorization.Property(x => x.Scope));
            authorization.Property(x => x.Resource).HasMaxLength(UriLength).IsUnicode(false);
            authorization.HasOne<Organization>().WithMany().HasForeignKey(x => x.OrganizationId);
            authorization.HasOne<DashboardUser>().WithMany().HasForeignKey(x => x.UserId);
            authorization.HasIndex(x => new { x.OrganizationId, x.ApprovedAt, x.Id });
            authorization.HasIndex(x => new { x.UserId, x.ApprovedAt, x.Id });
            authorization.HasIndex(x => x.ExpiresAt);
        });
        builder.Entity<AuthorizationCode>(code =>
        {
            code.ToTable("OAuthCodes").HasKey(x => x.CodeHash);
            code.Property(x => x.CodeHash).HasMaxLength(32).IsFixedLength();
            Id(code.Property(x => x.ClientId));
            Id(code.Property(x => x.UserId));
            Scope(code.Property(x => x.Scope));
            code.Property(x => x.Resource).HasMaxLength(UriLength).IsUnicode(false);
            code.Property(x => x.RedirectUri).HasMaxLength(UriLength).IsUnicode(false);
            code.Property(x => x.CodeChallenge).HasMaxLength(64).IsUnicode(false).UseCollation(byteCollation);
            code.Property(x => x.AuthorizationId).HasColumnName(AuthorizationColumn).HasMaxLength(IdLength).IsUnicode(false).UseCollation(byteCollation);
            code.HasIndex(x => x.ExpiresAt);
        });
        builder.Entity<DeviceCode>(code =>
        {
            code.ToTable("OAuthDeviceCodes").HasKey(x => x.CodeHash);
            code.Property(x => x.CodeHash).HasMaxLength(32).IsFixedLength();
            code.Property(x => x.UserCodeHash).HasMaxLength(32).IsFixedLength();
            Id(code.Property(x => x.ClientId));
            Scope(code.Property(x => x.Scope));
            code.Property(x => x.Resource).HasMaxLength(UriLength).IsUnicode(false);
            code.Property(x => x.Address).HasMaxLength(IdLength).IsUnicode(false);
            code.Property(x => x.UserAgent).HasMaxLength(200);
            code.Property(x => x.UserId).HasMaxLength(IdLength).IsUnicode(false).UseCollation(byteCollation);
            code.HasIndex(x => x.UserCodeHash).IsUnique();
            code.HasIndex(x => x.ExpiresAt);
        });
        builder.Entity<RefreshToken>(refresh =>
        {
            refresh.ToTable("OAuthRefreshTokens").HasKey(x => x.TokenHash);
            refresh.Property(x => x.TokenHash).HasMaxLength(32).IsFixedLength();
            refresh.Property(x => x.AuthorizationId).HasColumnName(AuthorizationColumn);
            refresh.HasOne<Authorization>().WithMany().HasForeignKey(x => x.AuthorizationId);
            refresh.HasIndex(x => x.ExpiresAt);
        });
        builder.Entity<AccessToken>(access =>
        {
            access.ToTable("OAuthAccessTokens").HasKey(x => x.Jti);
            Id(access.Property(x => x.Jti));
            Id(access.Property(x => x.ClientId));
            access.Property(x => x.OwnerType).HasConversion(type => type.ToWireName(), word => PartyTypes.FromWireName(word)).HasMaxLength(16).IsUnicode(false);
            Id(access.Property(x => x.OwnerId));
            Scope(access.Property(x => x.Scope));
            access.Property(x => x.Resource).HasMaxLength(UriLength).IsUnicode(false);
            access.Property(x => x.AuthorizationId).HasColumnName(AuthorizationColumn);
            access.HasOne<Authorization>().WithMany().HasForeignKey(x => x.AuthorizationId);
            access.HasIndex(x => x.ExpiresAt);
        });
        builder.Entity<SigningKey>(key =>
        {
            key.ToTable("OAuthSigningKeys").HasKey(x => x.Kid);
            Id(key.Property(x => x.Kid));
            key.Property(x => x.X).HasMaxLength(IdLength).IsUnicode(false);
            key.Property(x => x.Y).HasMaxLength(IdLength).IsUnicode(false);
        });
    }

    void Usage(ModelBuilder builder)
    {
        builder.Entity<KeyHour>(hour =>
        {
            hour.ToTable("KeyHours").HasKey(x => new { x.KeyId, x.Hour, x.Outcome });
            Id(hour.Property(x => x.KeyId));
            Id(hour.Property(x => x.Outcome));
            hour.HasIndex(x => new { x.ProjectId, x.Hour, x.KeyId, x.Outcome });
        });
        builder.Entity<KeyClient>(client =>
        {
            client.ToTable("KeyClients").HasKey(x => new { x.KeyId, x.Network, x.Client });
            Id(client.Property(x => x.KeyId));
            Id(client.Property(x => x.Network));
            Id(client.Property(x => x.Client));
        });
        builder.Entity<KeyPermissionUse>(use =>
        {
            use.ToTable("KeyPermissionUses").HasKey(x => new { x.KeyId, x.Permission });
            Id(use.Property(x => x.KeyId));
            Id(use.Property(x => x.Permission));
        });
        builder.Entity<UsageNode>(node =>
        {
            node.ToTable("UsageNodes");
            Id(node.Property(x => x.Id));
        });
    }

    void Changes(ModelBuilder builder)
    {
        builder.Entity<AuditChain>(chain =>
        {
            chain.ToTable("AuditChains").Property(x => x.Id).ValueGeneratedNever();
            chain.Property(x => x.Hash).HasMaxLength(32).IsFixedLength();
            chain.HasData(new AuditChain { Id = AuditChain.Installation });
        });
        builder.Entity<AuditEntry>(entry =>
        {
            entry.ToTable("AuditEntries").HasKey(x => new { x.ChainId, x.Sequence });
            entry.Property(x => x.ActorType).HasMaxLength(16).IsUnicode(false);
            Id(entry.Property(x => x.ActorId));
            entry.Property(x => x.ActorName).HasMaxLength(AuditEntry.MaxActorName);
            entry.Property(x => x.Address).HasMaxLength(AuditEntry.MaxAddress).IsUnicode(false);
            entry.Property(x => x.Category).HasMaxLength(32).IsUnicode(false);
            entry.Property(x => x.Action).HasMaxLength(64).IsUnicode(false);
            entry.Property(x => x.TargetType).HasMaxLength(32).IsUnicode(false);
            entry.Property(x => x.TargetId).HasMaxLength(AuditEntry.MaxTargetId).IsUnicode(false).UseCollation(byteCollation);
            entry.Property(x => x.TargetName).HasMaxLength(AuditEntry.MaxTargetName);
            entry.Property(x => x.PreviousHash).HasMaxLength(32).IsFixedLength();
            entry.Property(x => x.Hash).HasMaxLength(32).IsFixedLength();
            entry.HasIndex(x => x.ChangeId);
        });
        builder.Entity<FeedCounter>(counter =>
        {
            counter.ToTable("FeedCounter").Property(x => x.Id).ValueGeneratedNever();
            counter.HasData(new FeedCounter { Id = FeedCounter.TheOne });
        });
        builder.Entity<FeedEntry>(entry =>
        {
            entry.ToTable("FeedEntries").HasKey(x => x.Number);
            entry.Property(x => x.Number).ValueGeneratedNever();
            entry.Property(x => x.SubjectType).HasMaxLength(32).IsUnicode(false);
            entry.Property(x => x.SubjectId).HasMaxLength(AuditEntry.MaxTargetId).IsUnicode(false).UseCollation(byteCollation);
        });
    }

    void People(ModelBuilder builder)
    {
        builder.Entity<DashboardUser>(person =>
        {
            Id(person.Property(x => x.Id));
            person.Property(x => x.Name).HasMaxLength(NameLength);
        });
        builder.Entity<Session>(session =>
        {
            session.ToTable("Sessions");
            Id(session.Property(x => x.Id));
            session.Property(x => x.Address).HasMaxLength(IdLength).IsUnicode(false);
            session.Property(x => x.UserAgent).HasMaxLength(200);
            session.HasOne<DashboardUser>().WithMany().HasForeignKey(x => x.UserId);
            session.HasIndex(x => new { x.UserId, x.CreatedAt });
        });
        builder.Entity<SignInFailures>(failures =>
        {
            failures.ToTable("SignInFailures").HasKey(x => new { x.AccountHash, x.Network });
            failures.Property(x => x.AccountHash).HasMaxLength(32).IsFixedLength();
            failures.Property(x => x.Network).HasMaxLength(IdLength).IsUnicode(false);
            failures.HasIndex(x => x.LastAt);
        });
        builder.Entity<ProtectionKey>(key =>
        {
            key.ToTable("ProtectionKeys").HasKey(x => x.Name);
            key.Property(x => x.Name).HasMaxLength(200);
        });
    }

    /// <summary>Scopes, separated by spaces.</summary>
    static void Scope(PropertyBuilder<string> property) => property.HasMaxLength(ScopeLength).IsUnicode(false);

    /// <summary>An id or slug: ASCII, and compared byte for byte.</summary>
    void Id(PropertyBuilder<string> property) => property.HasMaxLength(IdLength).IsUnicode(false).UseCollation(byteCollation);
}
