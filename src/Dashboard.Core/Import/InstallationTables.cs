using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dashboard.Core.Import;

/// <summary>Which tables move to another installation. Each table is in one of the two lists; a test finds one that is in none.</summary>
static class InstallationTables
{
    /// <summary>What moves. Of secrets these tables hold hashes alone.</summary>
    public static readonly IReadOnlySet<string> Moved = new HashSet<string>(StringComparer.Ordinal)
    {
        "ApiKeyFirstUses", "ApiKeyResources", "ApiKeys", "Apps", "AspNetUserClaims", "AspNetUserLogins",
            "AspNetUserPasskeys", "AspNetUsers", "AuditChains",
        "AuditEntries", "KeyClients", "KeyDays", "KeyHours", "KeyPermissionUses", "Members",
        "OAuthAccessTokens", "OAuthApprovals", "OAuthClients",
        "OAuthRefreshTokens", "OAuthRevokedTokens", "OrganizationSlugs", "Organizations", "ProjectSlugs",
        "Projects", "RecoveryCodes", "Resources",
        "ServiceAccountCredentials", "ServiceAccountOwners", "ServiceAccountProjects", "ServiceAccounts", "UsageNodes", "UsedTemplates",
    };

    /// <summary>What stays: secrets, what only they can read, and what lasts for a week at most.</summary>
    public static readonly IReadOnlySet<string> Left = new HashSet<string>(StringComparer.Ordinal)
    {
        "Authenticators", // their secrets, which only the key ring of this installation reads
        "AccountLinks", "Invitations", "PendingRegistrations", // links that are on their way
        "AspNetUserTokens",
        "DataProtectionKeys", "OAuthSigningKeys", // private keys
        "Outbox", // mail with links
        "FeedCounter", "FeedEntries", "IdempotencyRecords", "Installation", "KnownBrowsers", "OAuthCodes",
            "OAuthDeviceCodes", "Sessions", "SignInFailures",
    };

    /// <summary>Returns the tables that move, each after those that it refers to.</summary>
    public static IReadOnlyList<MovedTable> Of(DashboardContext context)
    {
        List<ITable> sorted = [];
        foreach (var table in context.Model.GetRelationalModel().Tables.Where(table => Moved.Contains(table.Name))
            .OrderBy(table => table.Name, StringComparer.Ordinal))
        {
            Visit(table);
        }

        return sorted.ConvertAll(table => new MovedTable(context, table));

        void Visit(ITable table)
        {
            if (sorted.Contains(table))
            {
                return;
            }

            foreach (var principal in table.ForeignKeyConstraints.Select(key => (ITable)key.PrincipalTable)
                .Where(principal => principal != table && Moved.Contains(principal.Name)))
            {
                Visit(principal);
            }

            sorted.Add(table);
        }
    }

    /// <summary>Returns the names of all tables.</summary>
    public static IEnumerable<string> All(DashboardContext context) =>
        context.Model.GetRelationalModel().Tables.Select(table => table.Name);

    /// <summary>The name of the newest migration, without its time, which differs between providers.</summary>
    public static string VersionOf(DashboardContext context) => context.Database.GetMigrations().Last().Split('_', 2)[1];
}

/// <summary>A table that moves.</summary>
sealed class MovedTable
{
    readonly ISqlGenerationHelper quote;
    readonly ITable table;

    public MovedTable(DashboardContext context, ITable table)
    {
        (quote, this.table) = (context.GetService<ISqlGenerationHelper>(), table);
        Columns = [.. table.Columns.OrderBy(column => column.Name, StringComparer.Ordinal).Select(column => new MovedColumn(column))];
        Numbered = table.PrimaryKey!.Columns is [
        { PropertyMappings: [{ Property: { ValueGenerated: ValueGenerated.OnAdd } property }, ..] } key]
            && (property.ClrType == typeof(long) || property.ClrType == typeof(int)) ? key.Name : null;
    }

    /// <summary>The name.</summary>
    public string Name => table.Name;

    /// <summary>The name as the provider writes it.</summary>
    public string Quoted => quote.DelimitIdentifier(table.Name);

    /// <summary>The columns, by name.</summary>
    public IReadOnlyList<MovedColumn> Columns { get; }

    /// <summary>The column that the database numbers, or null.</summary>
    public string? Numbered { get; }

    /// <summary>The columns in a statement.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => quote.DelimitIdentifier(column.Name)));

    /// <summary>The primary key in a statement.</summary>
    public string KeyList => string.Join(", ", table.PrimaryKey!.Columns.Select(column => quote.DelimitIdentifier(column.Name)));
}

/// <summary>A column of a table that moves.</summary>
sealed class MovedColumn(IColumn column)
{
    readonly Type type = column.StoreTypeMapping.Converter?.ProviderClrType ?? column.StoreTypeMapping.ClrType;

    /// <summary>The name.</summary>
    public string Name => column.Name;

    /// <summary>The type of its values, the same on each database; documents are text.</summary>
    public Type Type => type == typeof(long) || type == typeof(int) || type == typeof(short)
        || type == typeof(bool) || type == typeof(byte[]) || type == typeof(Guid) || type == typeof(double)
        ? type : typeof(string);

    /// <summary>A parameter of the column's type. PostgreSQL does not take text for a document by itself.</summary>
    public string Parameter(string placeholder) => column.StoreType == "jsonb" ? $"CAST({placeholder} AS jsonb)" : placeholder;
}
