namespace Dashboard.Core.Keys;

/// <summary>Validates requests about keys before the database is queried.</summary>
static class KeyRules
{
    const int MaxResources = 1000;

    /// <summary>Validates everything that needs no database. Returns null if the request is valid.</summary>
    public static Error? Check(NewKey key, PermissionCatalog catalog, KnownKeyTemplates shapes, DateTimeOffset now)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(errors, "name", CheckName(key.Name, shapes));
        Add(errors, "permissions", CheckPermissions(key.Permissions, catalog, withVerify: key.ServiceAccountId is not null));
        Add(errors, "resources", CheckResources(key.Resources, catalog));
        Add(errors, "expires_at", CheckExpiry(key.ExpiresAt, now));
        Add(errors, "allowed_ips", CheckAllowedIps(key.AllowedIps));
        Add(errors, "requests_per_minute", CheckRequestsPerMinute(key.RequestsPerMinute));
        Add(errors, "note", CheckNote(key.Note, shapes));
        Add(errors, "idempotency_key", IdempotencyRecord.Check(key.IdempotencyKey));
        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    /// <summary>Validates a change in the same way.</summary>
    public static Error? Check(KeyPatch patch, PermissionCatalog catalog, KnownKeyTemplates shapes, DateTimeOffset now)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(errors, "name", patch.Name is null ? null : CheckName(patch.Name, shapes));
        Add(errors, "state", patch.State is null or KeyState.Active or KeyState.Inactive ? null
            : "Use active or inactive. Revoke a key with DELETE.");
        Add(errors, "permissions", CheckPermissions(patch.Permissions, catalog, withVerify: true)); // later limited to what the key has
        Add(errors, "expires_at", CheckExpiry(patch.ExpiresAt?.At, now));
        Add(errors, "allowed_ips", CheckAllowedIps(patch.Limits?.AllowedIps));
        Add(errors, "requests_per_minute", CheckRequestsPerMinute(patch.Limits?.RequestsPerMinute));
        Add(errors, "note", CheckNote(patch.Note, shapes));
        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    /// <summary>Returns whether the text can be the identifier of a key. Lookups must check this first: SQL Server treats <c>x</c> and
    /// <c>x</c> followed by a space as equal.</summary>
    public static bool IsKeyId(string? keyId) => Names.IsResourceId(keyId);

    /// <summary>Parses <c>kind:id</c>. Returns false for text that cannot name a resource.</summary>
    public static bool TryParseResource(string? text, PermissionCatalog catalog, out (string Kind, string Id) resource)
    {
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        resource = colon < 0 ? default : (text![..colon], text[(colon + 1)..]);
        return colon >= 0 && catalog.ResourceKinds.Contains(resource.Kind, StringComparer.Ordinal) && Names.IsResourceId(resource.Id);
    }

    /// <summary>Names are stored and visible to everyone, so a key pasted into the name field must be rejected.</summary>
    public static string? CheckName(string? name, KnownKeyTemplates shapes) => Names.Check(name)
        ?? (HoldsKey(name!, shapes) ? "The name contains a key. Names are stored and visible to others, so choose a different one." : null);

    /// <summary>A note says where a key is, and must not be the place.</summary>
    internal static string? CheckNote(string? note, KnownKeyTemplates shapes) =>
        note is null ? null : Names.CheckText(note, ApiKey.MaxNoteLength)
        ?? (HoldsKey(note, shapes)
            ? "The note contains a key. Notes are stored and visible to others, so say where the key is instead."
            : null);

    /// <summary>Validates the reason of a revocation, which is stored and shown like a note.</summary>
    public static Error? CheckReason(string? reason, KnownKeyTemplates shapes) =>
        reason is null ? null
        : Names.CheckText(reason, RevocationReasons.MaxLength) is { } wrong ? Error.Invalid("reason", wrong)
        : HoldsKey(reason, shapes) ? Error.Invalid("reason", "The reason contains a key. Reasons are stored and visible to others.")
        : null;

    /// <summary>The stored form of a valid note.</summary>
    public static string? NoteOf(string? note) => string.IsNullOrWhiteSpace(note) ? null : note.Trim();

    /// <summary>Returns whether the text contains a whole key, for example in quotation marks or after an equals sign.</summary>
    public static bool HoldsKey(string text, KnownKeyTemplates shapes)
    {
        for (var start = 0; start < text.Length; start++)
        {
            var end = start;
            while (end < text.Length && IsKeyCharacter(text[end]))
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

    /// <summary>The characters that keys consist of: those of literals, base62 and key identifiers.</summary>
    static bool IsKeyCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    /// <summary>Validates requested permissions. Returns an error message, or null if they are valid.</summary>
    public static string? CheckPermissions(IReadOnlyList<string>? permissions, PermissionCatalog catalog, bool withVerify)
    {
        if (permissions is null)
        {
            return null;
        }

        if (permissions.Count == 0)
        {
            return "Choose at least one permission.";
        }

        var known = catalog.Permissions.Select(x => x.Name).Concat(withVerify ? [PermissionCatalog.Verify] : []).ToList();
        if (permissions.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            return $"Unknown permission \"{Truncate(unknown)}\". Use {string.Join(", ", known)}.";
        }

        return permissions.Distinct(StringComparer.Ordinal).Count() == permissions.Count ? null : "Specify each permission only once.";
    }

    internal static string? CheckResources(IReadOnlyList<string>? resources, PermissionCatalog catalog)
    {
        if (resources is null)
        {
            return null;
        }

        if (resources.Count is 0 or > MaxResources)
        {
            return $"Choose 1 to {MaxResources} resources, or omit them to allow all.";
        }

        if (resources.FirstOrDefault(text => !TryParseResource(text, catalog, out _)) is { } wrong)
        {
            return $"\"{Truncate(wrong)}\" is not a resource. Use the format kind:id, such as {catalog.ResourceKinds[0]}:order-intake.";
        }

        return resources.Distinct(StringComparer.Ordinal).Count() == resources.Count ? null : "Specify each resource only once.";
    }

    static string? CheckAllowedIps(IReadOnlyList<string>? networks) =>
        networks is null || AddressList.TryParse(networks, out _, out var fault) ? null : fault;

    static string? CheckRequestsPerMinute(int? limit) =>
        limit is null or (>= 1 and <= KeyLimits.MaxRequestsPerMinute) ? null
            : $"Use a whole number from 1 to {KeyLimits.MaxRequestsPerMinute}.";

    internal static string? CheckExpiry(DateTimeOffset? at, DateTimeOffset now) => at <= now ? "Choose a date in the future." : null;

    /// <summary>Truncates input for an error message, so that the message stays short and does not repeat a key that was entered in the
    /// wrong field.</summary>
    public static string Truncate(string text) => text.Length <= 20 ? text : $"{text[..(char.IsHighSurrogate(text[11]) ? 11 : 12)]}…";

    public static void Add(Dictionary<string, string> errors, string field, string? message)
    {
        if (message is not null)
        {
            errors[field] = message;
        }
    }
}
