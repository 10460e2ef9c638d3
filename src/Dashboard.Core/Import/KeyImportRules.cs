using Dashboard.Core.Keys;

namespace Dashboard.Core.Import;

/// <summary>Checks imported keys, as far as that needs no database.</summary>
static class KeyImportRules
{
    /// <summary>Checks a key, and adds what is wrong with it by the field's name.</summary>
    /// <param name="row">The name of the row in errors: <c>keys[0]</c>.</param>
    /// <param name="hash">The parsed hash, or null if it is not one.</param>
    /// <param name="isOfAccount">Whether a service account will own it.</param>
    public static void Check(
        ImportedKey key, string row, byte[]? hash, bool isOfAccount, PermissionCatalog catalog,
        KnownKeyTemplates shapes, DateTimeOffset now, Dictionary<string, string> errors)
    {
        KeyRules.Add(errors, $"{row}.hash", hash is null ? ImportedHash.Advice : null);
        KeyRules.Add(errors, $"{row}.name", KeyRules.CheckName(key.Name, shapes) ?? CheckSecret(key.Name, hash));
        KeyRules.Add(errors, $"{row}.permissions", KeyRules.CheckPermissions(key.Permissions, catalog, isOfAccount));
        KeyRules.Add(errors, $"{row}.resources", KeyRules.CheckResources(key.Resources, catalog));
        KeyRules.Add(errors, $"{row}.expires_at", KeyRules.CheckExpiry(key.ExpiresAt, now) is null
            ? null : "The key has expired. Leave it out, or give it a date in the future.");
        KeyRules.Add(errors, $"{row}.last_used_at", key.LastUsedAt > now ? "This time is in the future." : null);
        KeyRules.Add(errors, $"{row}.prefix", CheckPrefix(key.Prefix) ?? CheckSecret(key.Prefix, hash));
        KeyRules.Add(errors, $"{row}.note", KeyRules.CheckNote(key.Note, shapes) ?? CheckSecret(key.Note, hash));
    }

    static string? CheckPrefix(string? prefix) =>
        prefix is null or { Length: >= 1 and <= ImportedKey.MaxPrefixLength } && prefix?.All(c => c is > ' ' and <= '~') != false
        ? null
        : $"Use 1 to {ImportedKey.MaxPrefixLength} visible ASCII characters, or leave it out.";

    /// <summary>Keys of other products fit no template of ours, but their hash gives them away.</summary>
    static string? CheckSecret(string? text, byte[]? hash) =>
        text is not null && hash is not null && KeyHash.Of(text.AsSpan().Trim()).AsSpan().SequenceEqual(hash)
        ? "This is the key itself. Names, prefixes and notes are stored and visible to others."
        : null;
}
