using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Accounts;

/// <summary>What proves, while there is no user yet, that somebody may read the server's log: without it, whoever finds the address first would own the
/// installation. It is in memory only, and a new one at each start. Every node has its own, so behind a load balancer set-up goes by
/// <c>Bootstrap</c> settings or directly to one of them.</summary>
sealed partial class SetUpCode(ILogger<SetUpCode> logger)
{
    /// <summary>Nothing that is read as another: no 0 and O, 1 and I and L, 2 and Z, 5 and S, 8 and B.</summary>
    const string Letters = "34679ACDEFGHJKMNPQRTUVWXY";

    const int Half = 4;
    const int MaxWrong = 10;

    readonly Lock door = new();
    string code = Make();
    int wrong;

    /// <summary>The code, as the start prints it.</summary>
    public string Value
    {
        get
        {
            lock (door)
            {
                return code;
            }
        }
    }

    /// <summary>Whether <paramref name="typed"/> is the code, whatever its case and the signs between. Ten wrong ones from anywhere make a new one, which
    /// the log prints: 25 to the power of 8 codes cannot be guessed in tens, while a limit without a new code would let a stranger shut the owner out.</summary>
    public bool Matches(string? typed)
    {
        var cleaned = string.Concat((typed ?? "").Where(char.IsAsciiLetterOrDigit).Take((2 * Half) + 1)).ToUpperInvariant();
        lock (door)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(cleaned), Encoding.ASCII.GetBytes(code.Replace("-", "", StringComparison.Ordinal))))
            {
                return true;
            }

            if (++wrong == MaxWrong)
            {
                (code, wrong) = (Make(), 0);
                LogRenewed(code);
            }

            return false;
        }
    }

    /// <summary>Whether a request needs no code: it comes straight from this machine. A proxy on this machine does too, so that its headers decide
    /// against it; a page of another site in a browser on this machine says so in its origin, and one that has its own name resolve to this machine says
    /// so in the host.</summary>
    public static bool IsFromThisMachine(HttpContext http)
    {
        var request = http.Request;
        return http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            && IsThisMachine(request.Host.Host)
            && !request.Headers.Keys.Any(IsOfProxy)
            && (request.Headers.Origin.ToString() is not { Length: > 0 } origin || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsThisMachine(page.Host)));
    }

    static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    static bool IsOfProxy(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase) // what was taken over from a trusted proxy's headers
        || header.Equals("Via", StringComparison.OrdinalIgnoreCase) || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase);

    static string Make() => $"{RandomNumberGenerator.GetString(Letters, Half)}-{RandomNumberGenerator.GetString(Letters, Half)}";

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ten wrong set-up codes came in. The code is now {Code}.")]
    partial void LogRenewed(string code);
}
