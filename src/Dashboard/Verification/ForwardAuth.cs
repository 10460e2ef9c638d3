using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Dashboard.Api;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Dashboard.Hosting;
using Microsoft.Extensions.Primitives;

namespace Dashboard.Verification;

/// <summary>Verifies requests on behalf of proxies: <c>/forward-auth/…</c>, and <c>/forward-auth-nginx/…</c> for nginx, which supports only
/// 401 and 403. The path is the policy, and the credential is in the headers of the original request. The query string is
/// ignored, because some proxies append that of the original request. nginx appends none: there, a query is the rest of a policy that a
/// decoded question mark cut off, and refuses everybody.</summary>
sealed partial class ForwardAuth(
    Verifier verifier, KeyOptions options, EnvironmentHosts environments, PermissionCatalog catalog, TrustedProxies.Proxies proxies,
    QueryTokens queries, TokenOnlyPaths tokenOnly, OAuthScopes scopes, ILogger<ForwardAuth> logger)
{
    public const string Path = "/forward-auth";
    public const string NginxPath = "/forward-auth-nginx";

    const string Code = "X-Latchkey-Code";

    /// <summary>Requests are not canceled when the client disconnects: they take a few seconds at most, and tracking aborts costs more than
    /// most.</summary>
    static readonly CancellationToken NotCanceled = CancellationToken.None;

    bool hasSeenQuery;

    /// <summary>The policies of trusted proxies, and those of everybody else, whose made-up paths must not hide an operator's
    /// mistake.</summary>
    PolicyBook? ofProxies;
    PolicyBook? ofOthers;

    /// <summary>Handles the request if its path is a forward-auth policy.</summary>
    /// <param name="http">The proxy's request.</param>
    /// <param name="answering">Completes when the response is written.</param>
    public bool TryAnswer(HttpContext http, [NotNullWhen(true)] out Task? answering)
    {
        answering = null;
        var path = http.Request.Path.Value ?? "";
        if (!path.StartsWith(Path, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var nginx = path.StartsWith(NginxPath, StringComparison.OrdinalIgnoreCase);
        if (BookOf(http).Read(path, nginx ? NginxPath.Length : Path.Length) is not { } policy)
        {
            return false;
        }

        if (nginx && http.Request.QueryString.HasValue)
        {
            policy = ForwardAuthPolicy.RefusesAll;
            if (!Interlocked.Exchange(ref hasSeenQuery, true))
            {
                LogQuery(NginxPath);
            }
        }

        var facts = FactsOf(http);
        var credential = tokenOnly.Guard(
            queries.Or(CredentialReader.Read(http.Request.Headers, options.AcceptBearer), facts.Path, QueryOf(http)), facts.Path);
        var requirement = policy.At(environments.Of(http.Request.Host, http.Request.Scheme));
        var verifying = verifier.VerifyAsync(credential, requirement, facts, NotCanceled);
        answering = verifying.IsCompletedSuccessfully
            ? AnswerAsync(http.Response, verifying.Result, credential.Kind, requirement, facts, nginx)
            : WaitAsync(http.Response, verifying, credential.Kind, requirement, facts, nginx);
        return true;
    }

    async Task WaitAsync(
        HttpResponse response, ValueTask<Verdict> verifying, CredentialKind kind, AccessRequirement requirement, CallerContext facts,
        bool nginx) =>
        await AnswerAsync(response, await verifying, kind, requirement, facts, nginx);

    Task AnswerAsync(
        HttpResponse response, Verdict verdict, CredentialKind kind, AccessRequirement requirement, CallerContext facts, bool nginx)
    {
        if (verdict.Principal is not { } principal)
        {
            return RefuseAsync(response, verdict.Refusal!.Value, verdict.RetryAfter, kind, requirement, facts, nginx);
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

    Task RefuseAsync(
        HttpResponse response, RefusalCode code, TimeSpan? retryAfter, CredentialKind kind, AccessRequirement requirement,
        CallerContext facts, bool nginx)
    {
        response.Headers[Code] = code.ToWireName();
        if (!nginx || code.ToHttpStatus() is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
        {
            // What a key is narrowed to, no scope widens.
            var needed = code == RefusalCode.ResourceOutOfScope && kind != CredentialKind.Jwt
                ? null
                : scopes.Needed(requirement.Permission, requirement.Resource);
            return RefusalWriter.WriteAsync(response, code, retryAfter, facts, needed, NotCanceled);
        }

        var problem = code.ToProblem();
        response.Headers["X-Latchkey-Status"] = problem.Status.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-Latchkey-Retry-After"] = ProblemDocument.InSeconds(retryAfter ?? problem.RetryAfter ?? TimeSpan.Zero);
        return (problem with { Status = StatusCodes.Status403Forbidden, RetryAfter = null }).WriteAsync(response, NotCanceled);
    }

    PolicyBook BookOf(HttpContext http) =>
        http.IsSentByProxy() ? ofProxies ??= new(catalog, LogFault) : ofOthers ??= new(catalog, LogFault);

    /// <summary>Returns what is known about the original request. X-Forwarded headers count only from trusted proxies.</summary>
    CallerContext FactsOf(HttpContext http)
    {
        var headers = http.Request.Headers;
        var (address, client) = (http.Connection.RemoteIpAddress, headers.UserAgent.ToString());
        return http.IsSentByProxy()
            ? new(
                address, Single(headers["X-Forwarded-Method"]), PathOf(Single(headers["X-Forwarded-Uri"])), client,
                IsProxyAddress: proxies.Contains(address))
            {
                Scheme = http.Request.Scheme,
                Host = http.Request.Host.Value,
            }
            : new(address, UserAgent: client, IsProxyAddress: true);
    }

    static string? Single(StringValues values) => values.Count == 1 ? values[0] : null;

    /// <summary>Returns the query string of the original request, if a trusted proxy sends it.</summary>
    static string? QueryOf(HttpContext http) =>
        http.IsSentByProxy()
        && Single(http.Request.Headers["X-Forwarded-Uri"]) is { } uri
        && uri.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query
            ? uri[query..]
            : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A policy of /forward-auth refuses everybody: it {Fault}. This is reported once.")]
    partial void LogFault(string fault);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A request to {Path} has a query and is refused. A part of the policy probably contains a decoded question mark. " +
            "This is reported once.")]
    partial void LogQuery(string path);

    static string? PathOf(string? uri) => uri?.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? uri[..query] : uri;
}
