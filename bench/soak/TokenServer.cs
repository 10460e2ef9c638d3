namespace Dashboard.Bench.Soak;

/// <summary>A client that both servers know.</summary>
/// <param name="Secret">Its secret, or null for a public client.</param>
sealed record TokenClient(string Id, string? Secret);

/// <summary>The clients that both servers know: one of a service account, two public ones, one with a secret, and the command
/// line.</summary>
sealed record TokenClients(TokenClient Account, TokenClient App, TokenClient OtherApp, TokenClient Desk, TokenClient CommandLine);

/// <summary>What becomes of a device's request.</summary>
enum DeviceDecision
{
    Pending,
    Approved,
    Denied,
}

/// <summary>An authorization server whose person approves everything.</summary>
interface ITokenServer
{
    /// <summary>The address, with a slash at the end.</summary>
    Uri Url { get; }

    /// <summary>Returns a code that a person approved.</summary>
    Task<string> ApproveCodeAsync(TokenClient client, CancellationToken cancellationToken);

    /// <summary>Returns a device code.</summary>
    Task<string> RequestDeviceAsync(TokenClient client, DeviceDecision decision, CancellationToken cancellationToken);

    /// <summary>Lets as much time pass for a code, or for a refresh token after its use, that it has expired.</summary>
    Task PassAsync(string secret, CancellationToken cancellationToken);
}

/// <summary>What the requests have in common.</summary>
static class TokenFlow
{
    /// <summary>Where codes go.</summary>
    public const string Callback = "https://app.example.com/callback";

    /// <summary>The PKCE verifier of every code.</summary>
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    /// <summary>Its challenge: the example of RFC 7636 appendix B.</summary>
    public const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    /// <summary>The scope of every approval.</summary>
    public const string Scope = "read:workflows read:agents";

    /// <summary>A resource that tokens may be for.</summary>
    public const string Resource = "https://api.example.com/v1";

    /// <summary>RFC 8628 section 3.4.</summary>
    public const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
}
