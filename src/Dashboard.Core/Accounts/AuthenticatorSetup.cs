using System.Security.Cryptography;

namespace Dashboard.Core.Accounts;

/// <summary>The secret of an authenticator app that is being set up. It exists in memory only, until a code proves that the app has
/// it.</summary>
public sealed class AuthenticatorSetup
{
    const string Issuer = "Latchkey";

    readonly string account;

    internal AuthenticatorSetup(string account) => this.account = account;

    /// <summary>The secret, 20 random bytes.</summary>
    internal byte[] Secret { get; } = RandomNumberGenerator.GetBytes(TimeCodes.SecretLength);

    /// <summary>Returns the secret in base32, in groups of four characters, to type into an app.</summary>
    public string RevealText() => string.Join(' ', TimeCodes.ToText(Secret).Chunk(4).Select(group => new string(group)));

    /// <summary>Returns the address that an app reads from the QR code.</summary>
    public string RevealUri() =>
        $"otpauth://totp/{Issuer}:{Uri.EscapeDataString(account)}?secret={TimeCodes.ToText(Secret)}&issuer={Issuer}";

    /// <summary>Omits the secret.</summary>
    public override string ToString() => "authenticator";
}

/// <summary>New recovery codes, which are shown once.</summary>
public sealed class NewRecoveryCodes
{
    readonly IReadOnlyList<string> codes;

    internal NewRecoveryCodes(IReadOnlyList<string> codes) => this.codes = codes;

    /// <summary>Returns the codes, such as <c>7KQM2-RXDWN</c>.</summary>
    public IReadOnlyList<string> Reveal() => codes;

    /// <summary>Omits the codes.</summary>
    public override string ToString() => "recovery codes";
}
