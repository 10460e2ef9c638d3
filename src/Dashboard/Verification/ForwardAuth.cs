using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Dashboard.Api;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Dashboard.Hosting;

namespace Dashboard.Verification;

/// <summary>Answers proxies that ask about each request before they let it through: <c>/forward-auth/…</c>, and for nginx, which knows no refusals but 401 and 403,
/// <c>/forward-auth-nginx/…</c>. The policy is the path; the credential is in the original request's own headers; the query string is nobody's.</summary>
sealed class ForwardAuth(Verifier verifier, KeyOptions options, EnvironmentHosts environments, PermissionCatalog catalog, TrustedProxies.Proxies proxies, QueryTokens queries, OAuthScopes scopes)
{
    public const string Path = "/forward-auth";
    public const string NginxPath = "/forward-auth-nginx";

    const string Code = "X-Latchkey-Code";

    /// <summary>A client that goes away ends nothing: no answer takes longer than some seconds, and to listen for it would cost more than most answers.</summary>
    static readonly CancellationToken Unended = CancellationToken.None;

    /// <summary>A proxy asks by few addresses. Those of somebody who makes up ever more are not kept.</summary>
    const int MaxPolicies = 1000;

    readonly ConcurrentDictionary<string, ForwardAuthPolicy?> policies = new(StringComparer.Ordinal);

    /// <summary>Answers, if the request is such a question.</summary>
    /// <param name="http">The proxy's request.</param>
    /// <param name="answering">Ends when it is answered.</param>
    public bool TryAnswer(HttpContext http, [NotNullWhen(true)] out Task? answering)
    {
        answering = null;
        var path = http.Request.Path.Value ?? "";
        if (!path.StartsWith(Path, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var nginx = path.StartsWith(NginxPath, StringComparison.OrdinalIgnoreCase);
        if (PolicyOf(path, nginx ? NginxPath.Length : Path.Length) is not { } policy)
        {
            return false;
        }

        var facts = FactsOf(http);
        var credential = queries.Or(CredentialReader.Read(http.Request.Headers, options.AcceptBearer), facts.Path, QueryOf(http));
        var requirement = policy.At(environments.Of(http.Request.Host));
        var verifying = verifier.VerifyAsync(credential, requirement, facts, Unended);
        answering = verifying.IsCompletedSuccessfully ? AnswerAsync(http.Response, verifying.Result, requirement, facts, nginx) : WaitAsync(http.Response, verifying, requirement, facts, nginx);
        return true;
    }

    async Task WaitAsync(HttpResponse response, ValueTask<Verdict> verifying, AccessRequirement requirement, CallerContext facts, bool nginx) =>
        await AnswerAsync(response, await verifying, requirement, facts, nginx);

    Task AnswerAsync(HttpResponse response, Verdict verdict, AccessRequirement requirement, CallerContext facts, bool nginx)
    {
        if (verdict.Principal is not { } principal)
        {
            return RefuseAsync(response, verdict.Refusal!.Value, verdict.RetryAfter, requirement, facts, nginx);
        }

        var headers = response.Headers;
        headers["X-Latchkey-Key-Id"] = principal.KeyId;
        headers["X-Latchkey-Organization"] = principal.Organization;
        headers["X-Latchkey-Project"] = principal.Project ?? AccessRequirement.Any;
        headers["X-Latchkey-Environment"] = principal.Environment?.ToWireName() ?? AccessRequirement.Any;
        headers["X-Latchkey-Owner"] = $"{principal.Owner.Type.ToWireName()}:{principal.Owner.Id}";
        headers["X-Latchkey-Permissions"] = string.Join(',', principal.Permissions);
        headers["X-Latchkey-Scope"] = principal.Scope is { } scope ? string.Join(',', scope) : "all";
        headers.CacheControl = "no-store";
        response.ContentLength = 0;
        return Task.CompletedTask;
    }

    Task RefuseAsync(HttpResponse response, RefusalCode code, TimeSpan? retryAfter, AccessRequirement requirement, CallerContext facts, bool nginx)
    {
        response.Headers[Code] = code.ToWireName();
        if (!nginx || code.ToHttpStatus() is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
        {
            return RefusalWriter.WriteAsync(response, code, retryAfter, facts, scopes.Needed(requirement.Permission, requirement.Resource), Unended);
        }

        var problem = code.ToProblem();
        response.Headers["X-Latchkey-Status"] = problem.Status.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-Latchkey-Retry-After"] = ProblemDocument.InSeconds(retryAfter ?? problem.RetryAfter ?? TimeSpan.Zero);
        return (problem with { Status = StatusCodes.Status403Forbidden, RetryAfter = null }).WriteAsync(response, Unended);
    }

    ForwardAuthPolicy? PolicyOf(string path, int start)
    {
        if (policies.TryGetValue(path, out var known))
        {
            return known;
        }

        var policy = ForwardAuthPolicy.Read(path[start..], catalog);
        if (policies.Count < MaxPolicies)
        {
            policies[path] = policy;
        }

        return policy;
    }

    /// <summary>What is known of the original request. What a proxy says of it counts if the proxy is trusted.</summary>
    CallerContext FactsOf(HttpContext http)
    {
        var headers = http.Request.Headers;
        var (address, client) = (http.Connection.RemoteIpAddress, headers.UserAgent.ToString());
        return http.IsSentByProxy()
            ? new(address, One(headers["X-Forwarded-Method"]), PathOf(One(headers["X-Forwarded-Uri"])), client, IsProxyAddress: proxies.Contains(address))
            {
                Scheme = http.Request.Scheme,
                Host = http.Request.Host.Value,
            }
            : new(address, UserAgent: client, IsProxyAddress: true);
    }

    static string? One(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 1 ? values[0] : null;

    /// <summary>The original request's query, as a trusted proxy says it.</summary>
    static string? QueryOf(HttpContext http) =>
        http.IsSentByProxy() && One(http.Request.Headers["X-Forwarded-Uri"]) is { } uri && uri.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? uri[query..] : null;

    static string? PathOf(string? uri) => uri?.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? uri[..query] : uri;
}
