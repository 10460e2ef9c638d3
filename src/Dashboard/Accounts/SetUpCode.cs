using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Accounts;

/// <summary>The one-time code that first-run setup asks for. It proves access to the server's log: without it, the first visitor would own
/// the installation. The code is kept in memory only and changes at each start. Every node has its own, so behind a load balancer set up
/// with <c>Bootstrap</c> settings, or on one node directly.</summary>
sealed partial class SetUpCode(ILogger<SetUpCode> logger)
{
    /// <summary>Excludes look-alikes: 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B.</summary>
    const string Letters = "34679ACDEFGHJKMNPQRTUVWXY";

    const int HalfLength = 4;
    const int MaxWrong = 10;

    readonly Lock gate = new();
    string code = NewCode();
    int wrong;

    /// <summary>The current code.</summary>
    public string Value
    {
        get
        {
            lock (gate)
            {
                return code;
            }
        }
    }

    /// <summary>Returns whether <paramref name="typed"/> is the code, ignoring case and punctuation. After 10 wrong attempts from anywhere,
    /// the code is replaced and the log prints the new one: 25^8 codes cannot be guessed 10 at a time, while a lockout would let a stranger
    /// shut the owner out.</summary>
    public bool Matches(string? typed)
    {
        var cleaned = string.Concat((typed ?? "").Where(char.IsAsciiLetterOrDigit).Take((2 * HalfLength) + 1)).ToUpperInvariant();
        lock (gate)
        {
            var expected = code.Replace("-", "", StringComparison.Ordinal);
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(cleaned), Encoding.ASCII.GetBytes(expected)))
            {
                return true;
            }

            if (++wrong == MaxWrong)
            {
                (code, wrong) = (NewCode(), 0);
                LogRenewed(code);
            }

            return false;
        }
    }

    /// <summary>Returns whether a request needs no code because it comes directly from this machine. Proxy headers rule that out, since a
    /// proxy may run on this machine. So do a foreign origin (another site's page in a local browser) and a foreign host (a name that
    /// resolves to this machine).</summary>
    public static bool IsFromThisMachine(HttpContext http)
    {
        var request = http.Request;
        return http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            && IsThisMachine(request.Host.Host)
            && !request.Headers.Keys.Any(IsProxyHeader)
            && (request.Headers.Origin.ToString() is not { Length: > 0 } origin
                || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsThisMachine(page.Host)));
    }

    static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    static bool IsProxyHeader(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase) // set when a trusted proxy's headers are applied
        || header.Equals("Via", StringComparison.OrdinalIgnoreCase) || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase);

    static string NewCode() => $"{NewHalf()}-{NewHalf()}";

    static string NewHalf() => RandomNumberGenerator.GetString(Letters, HalfLength);

    [LoggerMessage(Level = LogLevel.Warning, Message = "10 wrong setup codes were entered. The new code is {Code}.")]
    partial void LogRenewed(string code);
}
