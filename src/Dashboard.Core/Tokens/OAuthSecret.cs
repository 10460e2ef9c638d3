using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Dashboard.Core.Tokens;

/// <summary>A code, token or secret between its making and the one answer that it goes into. Neither a log, a debugger, an exception nor a serializer prints it by
/// accident.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class OAuthSecret
{
    /// <summary>256 bits.</summary>
    const int RandomLength = 43;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    readonly string raw;

    readonly string kind;

    OAuthSecret(string kind, string raw) => (this.kind, this.raw) = (kind, raw);

    /// <summary>SHA-256 of it in UTF-8, 32 bytes: what is stored.</summary>
    [JsonIgnore]
    public byte[] Hash => KeyHash.Of(raw);

    /// <summary>The whole of it. It belongs in no log, exception, database or persisted state.</summary>
    public string Reveal() => raw;

    /// <summary>Its kind, never itself.</summary>
    public override string ToString() => $"{kind}…";

    /// <summary>Makes one of 256 random bits.</summary>
    /// <param name="kind">What it begins with, so that a found one says what it is.</param>
    internal static OAuthSecret Mint(string kind) => new(kind, kind + Base62.Random(RandomLength));

    /// <summary>Holds a text that was made elsewhere.</summary>
    internal static OAuthSecret Of(string kind, string text) => new(kind, text);
}

/// <summary>What codes and tokens begin with.</summary>
static class OAuthPrefixes
{
    public const string Code = "latchkey_ac_";
    public const string Device = "latchkey_dc_";
    public const string Refresh = "latchkey_rt_";
    public const string ClientSecret = "secret_";
    public const string Access = "eyJ";
}
