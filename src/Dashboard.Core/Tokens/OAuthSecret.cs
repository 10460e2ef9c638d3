using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Dashboard.Core.Tokens;

/// <summary>A code, token or secret until it is returned once. No log, debugger, exception or serializer prints it by accident.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class OAuthSecret
{
    /// <summary>256 bits.</summary>
    const int RandomLength = 43;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    readonly string raw;

    readonly string kind;

    OAuthSecret(string kind, string raw) => (this.kind, this.raw) = (kind, raw);

    /// <summary>The SHA-256 hash of the secret in UTF-8, 32 bytes, which is what is stored.</summary>
    [JsonIgnore]
    public byte[] Hash => KeyHash.Of(raw);

    /// <summary>Returns the whole secret. Never put it in a log, exception, database or persisted state.</summary>
    public string Reveal() => raw;

    /// <summary>Returns the kind, never the secret.</summary>
    public override string ToString() => $"{kind}…";

    /// <summary>Creates a secret of 256 random bits.</summary>
    /// <param name="kind">The prefix, which identifies the kind of a leaked secret.</param>
    internal static OAuthSecret Mint(string kind) => new(kind, kind + Base62.Random(RandomLength));

    /// <summary>Wraps text that was created elsewhere.</summary>
    internal static OAuthSecret Of(string kind, string text) => new(kind, text);
}

/// <summary>The prefixes of codes and tokens.</summary>
static class OAuthPrefixes
{
    public const string Code = "latchkey_ac_";
    public const string Device = "latchkey_dc_";
    public const string Refresh = "latchkey_rt_";
    public const string ClientSecret = "secret_";
    public const string Access = "eyJ";
}
