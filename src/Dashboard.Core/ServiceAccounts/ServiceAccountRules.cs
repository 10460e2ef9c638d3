using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.ServiceAccounts;

/// <summary>What a request about a service account has to be like before the database is asked.</summary>
static class ServiceAccountRules
{
    const int MostProjects = 100;

    /// <summary>Checks all that needs no database. Returns null when nothing is wrong.</summary>
    public static Error? Check(NewServiceAccount account, PermissionCatalog catalog, KnownKeyTemplates shapes) =>
        Check(account.Name, account.Description, account.Permissions, account.Projects, catalog, shapes);

    /// <summary>The same for a change.</summary>
    public static Error? Check(ServiceAccountPatch patch, PermissionCatalog catalog, KnownKeyTemplates shapes) =>
        Check(patch.Name ?? "-", patch.Description, patch.Permissions, patch.Projects, catalog, shapes);

    static Error? Check(string? name, string? description, IReadOnlyList<string>? permissions, ProjectChoice? projects, PermissionCatalog catalog, KnownKeyTemplates shapes)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        KeyRules.Add(errors, "name", KeyRules.CheckName(name, shapes));
        KeyRules.Add(errors, "description", CheckDescription(description, shapes));
        KeyRules.Add(errors, "permissions", KeyRules.CheckPermissions(permissions, catalog, withVerify: true));
        KeyRules.Add(errors, "projects", CheckProjects(projects?.Listed));
        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    static string? CheckDescription(string? description, KnownKeyTemplates shapes) => description switch
    {
        null => null,
        _ when description.Length > ServiceAccount.MaxDescriptionLength => $"Use {ServiceAccount.MaxDescriptionLength} characters or fewer.",
        _ when description.Any(c => (char.IsControl(c) && c is not '\n') || c == '\uFFFD') => "Use letters, digits, spaces and signs only: a control character is in the description.",
        _ => KeyRules.HoldsKey(description, shapes) ? "A whole key is in the description, and descriptions are stored and shown. Use other words." : null,
    };

    static string? CheckProjects(IReadOnlyList<string>? projects)
    {
        if (projects is null)
        {
            return null;
        }

        if (projects.Count is 0 or > MostProjects)
        {
            return $"Choose 1 to {MostProjects} projects.";
        }

        var paths = new HashSet<ProjectPath>();
        foreach (var text in projects)
        {
            if (!ProjectPath.TryParse(text, out var path))
            {
                return $"\"{KeyRules.Shortened(text)}\" is no project. Write organization/project, such as acme/orders.";
            }

            if (!paths.Add(path))
            {
                return "Name each project once.";
            }
        }

        return null;
    }
}
