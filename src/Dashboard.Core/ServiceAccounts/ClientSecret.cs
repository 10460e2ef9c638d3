using System.Diagnostics;
using System.Text.Json.Serialization;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.ServiceAccounts;

/// <summary>A newly created client secret until it is shown once. No log, debugger, exception or serializer prints it by
/// accident.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class ClientSecret
{
    /// <summary>The prefix of every client secret.</summary>
    public const string Prefix = "secret_";

    const int RandomLength = 43; // 256 bits

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    readonly string raw;

    ClientSecret(string raw) => (this.raw, Hash) = (raw, KeyHash.Of(raw));

    /// <summary>The SHA-256 hash of the whole secret in UTF-8, 32 bytes, which is what is stored.</summary>
    [JsonIgnore]
    public byte[] Hash { get; }

    /// <summary>The part that lists show to distinguish secrets: <see cref="Prefix"/> and the first 4 random characters, which leaves 232
    /// bits hidden.</summary>
    public string Hint => raw[..ServiceAccountCredential.HintLength];

    /// <summary>Returns the whole secret. Show it once, and never put it in a log, exception, database, URL or persisted state.</summary>
    public string Reveal() => raw;

    /// <summary>Returns the prefix, never the secret.</summary>
    public override string ToString() => $"{Prefix}…";

    internal static ClientSecret Mint() => new(Prefix + Base62.Random(RandomLength));
}
