using System.Text.Encodings.Web;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>Authenticates requests by the API key that they present, and tells refusals as every other surface does.</summary>
sealed class LatchkeyHandler(
    IOptionsMonitor<LatchkeyOptions> monitor, ILoggerFactory logger, UrlEncoder encoder, Verifier verifier, EndpointRequirements demands, KeyOptions keys, EnvironmentHosts environments,
    QueryTokens queries)
    : AuthenticationHandler<LatchkeyOptions>(monitor, logger, encoder)
{
    CallerContext Facts => new(Context.Connection.RemoteIpAddress, Request.Method, Request.Path, Request.Headers.UserAgent.ToString())
    {
        Scheme = Request.Scheme,
        Host = Request.Host.Value,
    };

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var credential = queries.Or(CredentialReader.Read(Request.Headers, keys.AcceptBearer), Request.Path, Request.QueryString.Value);
        if (credential.Kind == CredentialKind.None)
        {
            return AuthenticateResult.NoResult();
        }

        var accepted = Options.Environment switch
        {
            null => environments.Of(Request.Host),
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

    /// <summary>Nobody is authenticated: the refusal's own status, which is not always 401.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        WriteAsync(Context.Features.Get<LatchkeyRefusal>()?.Verdict ?? Verdict.Refused(RefusalCode.MissingCredential));

    /// <summary>Somebody is, and may not: for which reason, the requirement has said that failed first.</summary>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        WriteAsync(Context.Features.Get<LatchkeyRefusal>()?.Verdict ?? Verdict.Refused(RefusalCode.InsufficientPermissions));

    Task WriteAsync(Verdict verdict) => RefusalWriter.WriteAsync(Response, verdict.Refusal!.Value, verdict.RetryAfter, Facts, null, Context.RequestAborted);
}

/// <summary>Why the request is refused, from where it is found out to where it is told.</summary>
/// <param name="Verdict">The refusal.</param>
sealed record LatchkeyRefusal(Verdict Verdict);
