using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Dashboard.Core.Keys.Format;

/// <summary>A newly minted key until it is shown once. It is a class rather than a record and returns the raw key from a method rather than
/// a property, so that no log, debugger, exception or serializer prints it by accident.</summary>
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

    /// <summary>The public id: the value of <c>{id}</c> or <c>{uuid}</c> in the key, or otherwise 8 random base62 characters. Uniqueness is
    /// enforced by the database index.</summary>
    public string KeyId { get; }

    /// <summary>The part that lists show: everything before the secret without a trailing <c>_</c> or <c>-</c> (<c>nk_live_Ab12CdEf</c>)
    /// or, without a public id, everything before the secret and its first 4 characters (<c>sk_test_AbCd</c>).</summary>
    public string Prefix { get; }

    /// <summary>The SHA-256 hash of the whole raw key in UTF-8, 32 bytes, which is what is stored.</summary>
    [JsonIgnore]
    public byte[] Hash { get; }

    /// <summary>Returns the whole raw key. Show it once, and never put it in a log, exception, database, URL or persisted state.</summary>
    public string Reveal() => raw;

    /// <summary>Returns the prefix, never the secret.</summary>
    public override string ToString() => Prefix;
}
