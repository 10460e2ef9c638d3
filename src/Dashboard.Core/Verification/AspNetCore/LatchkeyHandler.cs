using System.Text.Encodings.Web;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>Authenticates requests by their API key and writes refusals like every other endpoint.</summary>
sealed class LatchkeyHandler(
    IOptionsMonitor<LatchkeyOptions> monitor, ILoggerFactory logger, UrlEncoder encoder, Verifier verifier,
    EndpointRequirements demands, KeyOptions keys, EnvironmentHosts environments,
    QueryTokens queries, TokenOnlyPaths tokenOnly, OAuthScopes scopes, ProxyCheck proxies)
    : AuthenticationHandler<LatchkeyOptions>(monitor, logger, encoder)
{
    CallerContext Facts =>
        new(Context.Connection.RemoteIpAddress, Request.Method, RequestPath.Of(Context), Request.Headers.UserAgent.ToString())
        {
            Scheme = Request.Scheme,
            Host = Request.Host.Value,
        };

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        proxies.Notice(Context);
        var path = RequestPath.Of(Context);
        var credential =
            tokenOnly.Guard(queries.Or(CredentialReader.Read(Request.Headers, keys.AcceptBearer), path, Request.QueryString.Value), path);
        if (credential.Kind == CredentialKind.None)
        {
            return AuthenticateResult.NoResult();
        }

        var accepted = Options.Environment switch
        {
            null => environments.Of(Request.Host, Request.Scheme),
            KeyEnvironment.Live => AcceptedEnvironments.Live,
            _ => AcceptedEnvironments.Test,
        };
        var requirement = await demands.OfAsync(Context, accepted, Options.Project);
        var verdict = await verifier.VerifyAsync(credential, requirement, Facts, Context.RequestAborted);
        if (verdict.Principal is { } principal)
        {
            return AuthenticateResult.Success(new(new(new LatchkeyIdentity(principal)), Scheme.Name));
        }

        Context.Features.Set(new LatchkeyRefusal(verdict));
        return AuthenticateResult.Fail(verdict.Refusal!.Value.ToWireName());
    }

    /// <summary>For an unauthenticated request: the status of the refusal, which is not always 401.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        WriteAsync(Context.Features.Get<LatchkeyRefusal>()?.Verdict ?? Verdict.Refused(RefusalCode.MissingCredential));

    /// <summary>For an authenticated request that is not allowed: the refusal of the first failed requirement.</summary>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        WriteAsync(Context.Features.Get<LatchkeyRefusal>()?.Verdict ?? Verdict.Refused(RefusalCode.InsufficientPermissions));

    async Task WriteAsync(Verdict verdict)
    {
        var code = verdict.Refusal!.Value;
        var requirement = code == RefusalCode.InsufficientPermissions
            ? await demands.OfAsync(Context, AcceptedEnvironments.Both, null) : AccessRequirement.None;
        await RefusalWriter.WriteAsync(
            Response, code, verdict.RetryAfter, Facts, scopes.Needed(requirement.Permission, requirement.Resource), Context.RequestAborted);
    }
}

/// <summary>The refusal of a request, kept until the response is written.</summary>
sealed record LatchkeyRefusal(Verdict Verdict);
