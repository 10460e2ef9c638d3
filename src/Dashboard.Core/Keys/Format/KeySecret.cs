using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Dashboard.Core.Keys.Format;

/// <summary>
/// A freshly minted key, between its minting and the one moment it is shown. It is a class and no record, and gives the raw key
/// by a method and not a property, so that neither a log, a debugger, an exception nor a serializer prints it by accident.
/// </summary>
[DebuggerDisplay("{Prefix,nq}")]
public sealed class KeySecret
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    readonly string raw;

    internal KeySecret(string raw, string keyId, string prefix)
    {
        this.raw = raw;
        KeyId = keyId;
        Prefix = prefix;
        Hash = KeyHash.Of(raw);
    }

    /// <summary>
    /// The public id: what <c>{id}</c> or <c>{uuid}</c> says in the key, else 8 random base62 characters of its own. Random, not checked
    /// against those in use: that is the unique index's task.
    /// </summary>
    public string KeyId { get; }

    /// <summary>
    /// What lists show: all before the secret less a last <c>_</c> or <c>-</c> (<c>nk_live_Ab12CdEf</c>); where that holds no public id, all
    /// before the secret and its first 4 characters (<c>sk_test_AbCd</c>).
    /// </summary>
    public string Prefix { get; }

    /// <summary>SHA-256 of the whole raw key in UTF-8, 32 bytes: what is stored.</summary>
    [JsonIgnore]
    public byte[] Hash { get; }

    /// <summary>The whole raw key. Show it once; it belongs in no log, exception, database, URL or persisted state.</summary>
    public string Reveal() => raw;

    /// <summary>The prefix, never the secret.</summary>
    public override string ToString() => Prefix;
}
