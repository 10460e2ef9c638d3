namespace Dashboard.Core.Keys;

/// <summary>What a request about a key has to be like before the database is asked.</summary>
static class KeyRules
{
    const int MostResources = 1000;

    /// <summary>Checks all that needs no database. Returns null when nothing is wrong.</summary>
    public static Error? Check(NewKey key, PermissionCatalog catalog, KnownKeyTemplates shapes, DateTimeOffset now)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(errors, "name", CheckName(key.Name, shapes));
        Add(errors, "permissions", CheckPermissions(key.Permissions, catalog, withVerify: key.ServiceAccountId is not null));
        Add(errors, "resources", CheckResources(key.Resources, catalog));
        Add(errors, "expires_at", CheckExpiry(key.ExpiresAt, now));
        Add(errors, "allowed_ips", CheckAllowedIps(key.AllowedIps));
        Add(errors, "requests_per_minute", CheckRequestsPerMinute(key.RequestsPerMinute));
        Add(errors, "idempotency_key", IdempotencyRecord.Check(key.IdempotencyKey));
        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    /// <summary>The same for a change.</summary>
    public static Error? Check(KeyPatch patch, PermissionCatalog catalog, KnownKeyTemplates shapes, DateTimeOffset now)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(errors, "name", patch.Name is null ? null : CheckName(patch.Name, shapes));
        Add(errors, "state", patch.State is null or KeyState.Active or KeyState.Inactive ? null : "Use active or inactive. Revoke a key with DELETE.");
        Add(errors, "permissions", CheckPermissions(patch.Permissions, catalog, withVerify: true)); // only what the key has, in the end
        Add(errors, "expires_at", CheckExpiry(patch.ExpiresAt?.At, now));
        Add(errors, "allowed_ips", CheckAllowedIps(patch.Limits?.AllowedIps));
        Add(errors, "requests_per_minute", CheckRequestsPerMinute(patch.Limits?.RequestsPerMinute));
        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    /// <summary>Whether a key can have this identifier. Nothing else is looked up: SQL Server takes <c>x</c> and <c>x</c> with a space behind it for the same.</summary>
    public static bool IsKeyId(string? keyId) => Names.IsResourceId(keyId);

    /// <summary>Splits <c>kind:id</c>. False for what no resource can be called.</summary>
    public static bool TryParseResource(string? text, PermissionCatalog catalog, out (string Kind, string Id) resource)
    {
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        resource = colon < 0 ? default : (text![..colon], text[(colon + 1)..]);
        return colon >= 0 && catalog.ResourceKinds.Contains(resource.Kind, StringComparer.Ordinal) && Names.IsResourceId(resource.Id);
    }

    /// <summary>A name is stored and shown to everybody, so a key that was pasted into its field must not become one.</summary>
    public static string? CheckName(string? name, KnownKeyTemplates shapes) => Names.Check(name)
        ?? (HoldsKey(name!, shapes) ? "A whole key is in the name, and names are stored and shown. Use other words." : null);

    /// <summary>Whether a whole key is somewhere in a text, also between quotation marks or after an equals sign.</summary>
    public static bool HoldsKey(string text, KnownKeyTemplates shapes)
    {
        for (var start = 0; start < text.Length; start++)
        {
            var end = start;
            while (end < text.Length && IsOfKey(text[end]))
            {
                end++;
            }

            if (end > start && shapes.Fits(text.AsSpan(start, end - start)))
            {
                return true;
            }

            start = end;
        }

        return false;
    }

    /// <summary>The characters that a template's literals, Base62 and key identifiers are made of.</summary>
    static bool IsOfKey(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    /// <summary>What is wrong with permissions that are asked for, or null.</summary>
    public static string? CheckPermissions(IReadOnlyList<string>? permissions, PermissionCatalog catalog, bool withVerify)
    {
        if (permissions is null)
        {
            return null;
        }

        if (permissions.Count == 0)
        {
            return "Choose one permission or more.";
        }

        var known = catalog.Permissions.Select(x => x.Name).Concat(withVerify ? [PermissionCatalog.Verify] : []).ToList();
        if (permissions.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            return $"There is no permission \"{Shortened(unknown)}\". Use {string.Join(", ", known)}.";
        }

        return permissions.Distinct(StringComparer.Ordinal).Count() == permissions.Count ? null : "Name each permission once.";
    }

    static string? CheckResources(IReadOnlyList<string>? resources, PermissionCatalog catalog)
    {
        if (resources is null)
        {
            return null;
        }

        if (resources.Count is 0 or > MostResources)
        {
            return $"Choose 1 to {MostResources} resources, or all by leaving them out.";
        }

        if (resources.FirstOrDefault(text => !TryParseResource(text, catalog, out _)) is { } wrong)
        {
            return $"\"{Shortened(wrong)}\" is no resource. Write kind:id, such as {catalog.ResourceKinds[0]}:order-intake.";
        }

        return resources.Distinct(StringComparer.Ordinal).Count() == resources.Count ? null : "Name each resource once.";
    }

    static string? CheckAllowedIps(IReadOnlyList<string>? networks) =>
        networks is null || AddressList.TryParse(networks, out _, out var fault) ? null : fault;

    static string? CheckRequestsPerMinute(int? most) =>
        most is null or (>= 1 and <= KeyLimits.MaxRequestsPerMinute) ? null : $"Use a whole number from 1 to {KeyLimits.MaxRequestsPerMinute}.";

    static string? CheckExpiry(DateTimeOffset? at, DateTimeOffset now) => at <= now ? "Choose a date in the future." : null;

    /// <summary>What people typed comes back to them, but not a page of it, and not a key that went into the wrong field.</summary>
    public static string Shortened(string text) => text.Length <= 20 ? text : $"{text[..(char.IsHighSurrogate(text[11]) ? 11 : 12)]}…";

    public static void Add(Dictionary<string, string> errors, string field, string? message)
    {
        if (message is not null)
        {
            errors[field] = message;
        }
    }
}
