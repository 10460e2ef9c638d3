using Dashboard.Core.DataProtection;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Changes;

/// <summary>The <c>Audit</c> settings.</summary>
[SettingsSection("Audit")]
public sealed class AuditOptions
{
    /// <summary>32 bytes in base64 that chain the audit log. The default is the file <c>audit.key</c> in the key folder, which the first
    /// start creates. Without a key folder the key is derived from <c>DataProtection:WrapKey</c>.</summary>
    [Secret]
    public string? Key { get; init; }

    /// <summary>The keys of earlier entries. For a derived key, the <c>DataProtection:WrapKey</c> that it was derived from; for a key that
    /// no longer exists, <c>lost:ID</c>.</summary>
    [Secret]
    public IReadOnlyList<string> OldKeys { get; init; } = [];
}

/// <summary>The key for new entries of the audit log and the keys that verify existing ones.</summary>
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

    /// <summary>The key for new entries.</summary>
    public AuditKey Current { get; }

    /// <summary>All keys, the current one first.</summary>
    internal IEnumerable<AuditKey> All => keys.Values.Where(key => key.Id != Current.Id).Prepend(Current);

    /// <summary>Returns the key with an identifier, or null if it is missing.</summary>
    public AuditKey? Find(string id) => keys.GetValueOrDefault(id);

    /// <summary>Returns whether the operator declared a key lost, so that its entries can no longer be verified.</summary>
    public bool IsLost(string id) => lost.Contains(id) && !keys.ContainsKey(id);
}

/// <summary>Finds the keys of the audit log: in <c>Audit:Key</c> and <c>Audit:OldKeys</c>, in a file that is created once, or derived from
/// <c>DataProtection:WrapKey</c>.</summary>
public sealed class AuditKeys
{
    /// <summary>The key of the setting for the current key.</summary>
    public const string Setting = "Audit:Key";

    /// <summary>The key of the setting for earlier keys.</summary>
    public const string OldSetting = "Audit:OldKeys";

    /// <summary>The name of the file in the key folder.</summary>
    public const string FileName = "audit.key";

    const string LostPrefix = "lost:";

    readonly AuditKey? configured;
    readonly AuditKey? derived;
    readonly string? file;
    readonly List<AuditKey> old = [];
    readonly HashSet<string> lost = new(StringComparer.Ordinal);
    AuditKeyRing? ring;

    /// <summary>Reads the settings. Does not read or create the file.</summary>
    /// <param name="contentRoot">The folder that relative paths start from.</param>
    /// <exception cref="SettingException">A setting is not valid.</exception>
    public AuditKeys(IConfiguration configuration, string contentRoot)
    {
        var options = SettingsBinder.Read<AuditOptions>(configuration);
        configured = options.Key is { } text ? AuditKey.TryParse(text) ?? throw new SettingException(Setting, SecretBytes.Fault) : null;
        file = KeyFolder.Find(configuration, contentRoot) is { } folder ? Path.Combine(folder.Path, FileName) : null;
        derived = SettingsBinder.Read<KeyRingOptions>(configuration).WrapKey is { } wrapKey && SecretBytes.TryParse(wrapKey) is { } bytes
            ? AuditKey.Derive(bytes)
            : null;
        foreach (var entry in options.OldKeys)
        {
            if (entry.StartsWith(LostPrefix, StringComparison.Ordinal))
            {
                lost.Add(entry[LostPrefix.Length..]);
                continue;
            }

            var key = SecretBytes.TryParse(entry)
                ?? throw new SettingException(OldSetting, $"has an entry that is neither 32 random bytes in base64 nor {LostPrefix}ID");
            old.AddRange([AuditKey.TryParse(entry)!, AuditKey.Derive(key)]);
        }
    }

    /// <summary>Returns the keys. The first call creates the file if the current key belongs there and does not exist.</summary>
    /// <exception cref="SettingException">There is no key, and none can be created.</exception>
    public async ValueTask<AuditKeyRing> GetAsync(CancellationToken cancellationToken) => ring ??= await ReadAsync(cancellationToken);

    /// <summary>Verifies that the keys of the newest entries are available. Creates nothing.</summary>
    /// <param name="used">The identifiers of these keys.</param>
    /// <exception cref="SettingException">A key is missing.</exception>
    public async Task CheckAsync(IReadOnlyCollection<string> used, CancellationToken cancellationToken)
    {
        var stored = file is null ? null : await AuditKeyFile.ReadAsync(file, create: false, cancellationToken);
        var known = old.Concat([configured, derived, stored]).OfType<AuditKey>().Select(key => key.Id)
            .Concat(lost).ToHashSet(StringComparer.Ordinal);
        if (used.FirstOrDefault(id => !known.Contains(id)) is { } missing)
        {
            throw Missing(missing, stored);
        }
    }

    async Task<AuditKeyRing> ReadAsync(CancellationToken cancellationToken)
    {
        var stored = file is null ? null : await AuditKeyFile.ReadAsync(file, create: configured is null, cancellationToken);
        var current = configured ?? stored ?? derived
            ?? throw new SettingException(Setting, $"is not set, and neither is {ProtectionKeyWrap.Setting}, from which it can be derived");
        return new(current, old.Concat([stored, derived]).OfType<AuditKey>(), lost);
    }

    SettingException Missing(string id, AuditKey? stored)
    {
        var ifLost = $"if the key is lost, add {LostPrefix}{id} to {OldSetting}, and its entries can no longer be verified";
        return configured is null && stored is null && file is not null
            ? new(
                Setting,
                $"is not set, and {file} is missing, which holds the key {id} of the audit log; restore the file from your backup, or set {Setting} to its content; {ifLost}")
            : new(
                Setting,
                $"is not the key {id} of the audit log; add that key, or the {ProtectionKeyWrap.Setting} that it was derived from, to {OldSetting}; {ifLost}");
    }
}
