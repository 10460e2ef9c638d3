using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace Dashboard.Core.Verification;

/// <summary>Tells a refused credential's sender why, as a problem document (RFC 9457).</summary>
public static class RefusalWriter
{
    /// <summary>How long a sender should wait where credentials cannot be checked.</summary>
    static readonly TimeSpan Outage = TimeSpan.FromSeconds(5);

    /// <summary>Written once: a flood of bad keys asks for the same few texts.</summary>
    static readonly FrozenDictionary<RefusalCode, (ProblemDocument Problem, byte[] Bytes)> Problems =
        Enum.GetValues<RefusalCode>().Select(code => (code, problem: ToProblem(code))).ToFrozenDictionary(x => x.code, x => (x.problem, x.problem.ToUtf8Bytes()));

    /// <summary>The problem document of a refusal.</summary>
    public static ProblemDocument ToProblem(this RefusalCode code) => new(code.ToHttpStatus(), code.ToWireName(), code.ToSentence())
    {
        RetryAfter = code == RefusalCode.VerificationUnavailable ? Outage : null,
    };

    /// <summary>Answers with a refusal: its status and document, <c>no-store</c>, with 401 a challenge (RFC 9110 section 11.6.1) and with 503 when to
    /// try again.</summary>
    /// <param name="response">An answer that has not begun.</param>
    public static Task WriteAsync(HttpResponse response, RefusalCode code, CancellationToken cancellationToken) => WriteAsync(response, code, null, cancellationToken);

    /// <summary>The same, with the time that the refusal says.</summary>
    /// <param name="response">An answer that has not begun.</param>
    /// <param name="retryAfter">When to try again; null for what the code itself says of it.</param>
    public static Task WriteAsync(HttpResponse response, RefusalCode code, TimeSpan? retryAfter, CancellationToken cancellationToken) =>
        WriteAsync(response, code, retryAfter, null, null, cancellationToken);

    /// <summary>The same, about a request to another server.</summary>
    /// <param name="response">An answer that has not begun.</param>
    /// <param name="retryAfter">When to try again; null for what the code itself says of it.</param>
    /// <param name="original">What is known of that request, or null.</param>
    /// <param name="scope">The scopes that it needs, or null.</param>
    public static Task WriteAsync(HttpResponse response, RefusalCode code, TimeSpan? retryAfter, CallerContext? original, string? scope, CancellationToken cancellationToken)
    {
        var (problem, bytes) = Problems[code];
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            // Bearer first: there are clients, and proxies, that read the first challenge alone, and who has a key does not need to be told of keys.
            response.Headers.WWWAuthenticate = new([BearerChallenge.Of(response.HttpContext, code, original, scope), "ApiKey"]);
        }

        return (retryAfter is { } wait ? problem with { RetryAfter = wait } : problem).WriteAsync(response, bytes, cancellationToken);
    }
}
