using Dashboard.Core.DataProtection;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Changes;

/// <summary>The settings under <c>Audit</c>.</summary>
[SettingsSection("Audit")]
public sealed class AuditOptions
{
    /// <summary>32 bytes in base64 that chain the audit log. Without it, the file <c>audit.key</c> in the folder of keys, which the first start makes; where there is no such
    /// folder, derived from <c>DataProtection:WrapKey</c>.</summary>
    [Secret]
    public string? Key { get; init; }

    /// <summary>Keys that earlier entries were written with, or the <c>DataProtection:WrapKey</c> that one was derived from; <c>lost:ID</c> for a key that is gone.</summary>
    [Secret]
    public IReadOnlyList<string> OldKeys { get; init; } = [];
}

/// <summary>The keys that verify the audit log, and the one that new entries are written with.</summary>
public sealed class AuditKeyRing
{
    readonly Dictionary<string, AuditKey> keys;
    readonly HashSet<string> lost;

    internal AuditKeyRing(AuditKey current, IEnumerable<AuditKey> old, HashSet<string> lost)
    {
        Current = current;
        keys = old.Append(current).DistinctBy(key => key.Id, StringComparer.Ordinal).ToDictionary(key => key.Id, StringComparer.Ordinal);
        this.lost = lost;
    }

    /// <summary>The key that new entries are written with.</summary>
    public AuditKey Current { get; }

    /// <summary>The key of that name, or null where it is not here.</summary>
    public AuditKey? Find(string id) => keys.GetValueOrDefault(id);

    /// <summary>Whether the operator has said that a key is gone for good, so that what it wrote can no longer be verified.</summary>
    public bool IsLost(string id) => lost.Contains(id) && !keys.ContainsKey(id);
}

/// <summary>Where the audit log's keys come from: <c>Audit:Key</c> and <c>Audit:OldKeys</c>, a file that is made once, or <c>DataProtection:WrapKey</c>.</summary>
public sealed class AuditKeys
{
    /// <summary>The setting for the key.</summary>
    public const string Setting = "Audit:Key";

    /// <summary>The setting for earlier keys.</summary>
    public const string OldSetting = "Audit:OldKeys";

    /// <summary>The file in the folder of keys.</summary>
    public const string FileName = "audit.key";

    const string LostPrefix = "lost:";

    readonly AuditKey? configured;
    readonly AuditKey? derived;
    readonly KeyFolder? folder;
    readonly List<AuditKey> old = [];
    readonly HashSet<string> lost = new(StringComparer.Ordinal);
    AuditKeyRing? ring;

    /// <summary>Reads the settings, and touches no file.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="contentRoot">The folder that a relative path begins in.</param>
    /// <exception cref="SettingException">One of them cannot be used.</exception>
    public AuditKeys(IConfiguration configuration, string contentRoot)
    {
        var options = SettingsBinder.Read<AuditOptions>(configuration);
        configured = options.Key is { } text ? AuditKey.TryParse(text) ?? throw new SettingException(Setting, SecretBytes.Fault) : null;
        folder = KeyFolder.Find(configuration, contentRoot);
        derived = SettingsBinder.Read<KeyRingOptions>(configuration).WrapKey is { } wrapKey && SecretBytes.TryParse(wrapKey) is { } bytes ? AuditKey.Derive(bytes) : null;
        foreach (var entry in options.OldKeys)
        {
            if (entry.StartsWith(LostPrefix, StringComparison.Ordinal))
            {
                lost.Add(entry[LostPrefix.Length..]);
            }
            else
            {
                var key = SecretBytes.TryParse(entry) ?? throw new SettingException(OldSetting, $"lists something else than 32 random bytes in base64 each, or {LostPrefix}ID");
                old.AddRange([AuditKey.TryParse(entry)!, AuditKey.Derive(key)]);
            }
        }
    }

    string? KeyFile => folder is null ? null : Path.Combine(folder.Path, FileName);

    /// <summary>Returns the keys. The first call makes the key's file where there is to be one and is none.</summary>
    /// <exception cref="SettingException">There is no key, and none can be made.</exception>
    public async ValueTask<AuditKeyRing> GetAsync(CancellationToken cancellationToken) => ring ??= await ReadAsync(cancellationToken);

    /// <summary>Makes sure that every key is here that a chain's newest entry was written with, and makes nothing.</summary>
    /// <param name="used">The names of those keys.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SettingException">One is not.</exception>
    public async Task CheckAsync(IReadOnlyCollection<string> used, CancellationToken cancellationToken)
    {
        var stored = KeyFile is { } file ? await AuditKeyFile.ReadAsync(file, create: false, cancellationToken) : null;
        var known = old.Concat([configured, derived, stored]).OfType<AuditKey>().Select(key => key.Id).Concat(lost).ToHashSet(StringComparer.Ordinal);
        if (used.FirstOrDefault(id => !known.Contains(id)) is { } missing)
        {
            throw Missing(missing, stored);
        }
    }

    async Task<AuditKeyRing> ReadAsync(CancellationToken cancellationToken)
    {
        var stored = KeyFile is { } file ? await AuditKeyFile.ReadAsync(file, create: configured is null, cancellationToken) : null;
        var current = configured ?? stored ?? derived ?? throw new SettingException(Setting, $"is not set, and neither is {ProtectionKeyWrap.Setting}, which it could be derived from");
        return new(current, old.Concat([stored, derived]).OfType<AuditKey>(), lost);
    }

    SettingException Missing(string id, AuditKey? stored)
    {
        var otherwise = $"if that key is lost, add {LostPrefix}{id} to {OldSetting}: then its entries can no longer be verified";
        return configured is null && stored is null && KeyFile is { } file
            ? new(Setting, $"is not set, and {file} is missing, which holds the key {id} that the audit log was written with; restore the file from your backup, or set {Setting} to its content; {otherwise}")
            : new(Setting, $"is not the key {id} that the audit log was written with; add that key to {OldSetting}, or the {ProtectionKeyWrap.Setting} that it was derived from; {otherwise}");
    }
}
