using System.Diagnostics;
using System.Text.Json.Serialization;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.ServiceAccounts;

/// <summary>A freshly made client secret, between its making and the one moment it is shown. Neither a log, a debugger, an exception nor a serializer prints it by
/// accident.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class ClientSecret
{
    /// <summary>What every client secret begins with.</summary>
    public const string Prefix = "secret_";

    const int RandomLength = 43; // 256 bits

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    readonly string raw;

    ClientSecret(string raw) => (this.raw, Hash) = (raw, KeyHash.Of(raw));

    /// <summary>SHA-256 of the whole secret in UTF-8, 32 bytes: what is stored.</summary>
    [JsonIgnore]
    public byte[] Hash { get; }

    /// <summary>What lists show of it, to tell it from the other: <see cref="Prefix"/> and the first 4 random characters, which leave 232 bits that nobody sees.</summary>
    public string Hint => raw[..ServiceAccountCredential.HintLength];

    /// <summary>The whole secret. Show it once; it belongs in no log, exception, database, URL or persisted state.</summary>
    public string Reveal() => raw;

    /// <summary>The prefix, never the secret.</summary>
    public override string ToString() => $"{Prefix}…";

    internal static ClientSecret Mint() => new(Prefix + Base62.Random(RandomLength));
}
