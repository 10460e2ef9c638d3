using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.ServiceAccounts;

/// <summary>Validates requests about service accounts before the database is queried.</summary>
static class ServiceAccountRules
{
    /// <summary>The error for people who cannot own a service account.</summary>
    public const string NoPossibleOwner = "Choose members of the organization who can create keys.";

    const int MaxProjects = 100;

    /// <summary>Validates everything that needs no database. Returns null if the request is valid.</summary>
    public static Error? Check(NewServiceAccount account, PermissionCatalog catalog, KnownKeyTemplates shapes) =>
        Check(account.Name, account.Description, account.Permissions, account.Projects, account.OwnerIds, catalog, shapes)
        ?? (IdempotencyRecord.Check(account.IdempotencyKey) is { } wrong ? Error.Invalid("idempotency_key", wrong) : null);

    /// <summary>Validates a change in the same way.</summary>
    public static Error? Check(ServiceAccountPatch patch, PermissionCatalog catalog, KnownKeyTemplates shapes) =>
        Check(patch.Name ?? "-", patch.Description, patch.Permissions, patch.Projects, patch.OwnerIds, catalog, shapes);

    static Error? Check(string? name, string? description, IReadOnlyList<string>? permissions,
        ProjectChoice? projects, IReadOnlyList<string>? owners, PermissionCatalog catalog, KnownKeyTemplates shapes)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        KeyRules.Add(errors, "name", KeyRules.CheckName(name, shapes));
        KeyRules.Add(errors, "description", CheckDescription(description, shapes));
        KeyRules.Add(errors, "permissions", KeyRules.CheckPermissions(permissions, catalog, withVerify: true));
        KeyRules.Add(errors, "projects", CheckProjects(projects?.Listed));
        KeyRules.Add(errors, "owner_ids", CheckOwners(owners));
        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    static string? CheckDescription(string? description, KnownKeyTemplates shapes) => description switch
    {
        null => null,
        _ when description.Length > ServiceAccount.MaxDescriptionLength =>
            $"Use {ServiceAccount.MaxDescriptionLength} characters or fewer.",
        _ when description.Any(c => (char.IsControl(c) && c is not '\n') || c == '\uFFFD') =>
            "Use letters, digits, spaces and symbols only. The description contains a control character.",
        _ => KeyRules.HoldsKey(description, shapes)
            ? "The description contains a key. Descriptions are stored and visible to others, so remove it." : null,
    };

    static string? CheckOwners(IReadOnlyList<string>? owners) => owners switch
    {
        null => null,
        { Count: 0 } => "Choose at least one owner.",
        { Count: > ServiceAccountOwner.MaxPerAccount } => $"Choose {ServiceAccountOwner.MaxPerAccount} owners or fewer.",
        _ when owners.Distinct(StringComparer.Ordinal).Count() != owners.Count => "Specify each owner only once.",
        _ => owners.All(Names.IsResourceId) ? null : NoPossibleOwner,
    };

    static string? CheckProjects(IReadOnlyList<string>? projects)
    {
        if (projects is null)
        {
            return null;
        }

        if (projects.Count is 0 or > MaxProjects)
        {
            return $"Choose 1 to {MaxProjects} projects.";
        }

        var paths = new HashSet<ProjectPath>();
        foreach (var text in projects)
        {
            if (!ProjectPath.TryParse(text, out var path))
            {
                return $"\"{KeyRules.Truncate(text)}\" is not a project. Use the format organization/project, such as acme/orders.";
            }

            if (!paths.Add(path))
            {
                return "Specify each project only once.";
            }
        }

        return null;
    }
}
