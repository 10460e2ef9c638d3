using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>A request for a member's consent that may be shown (RFC 6749 section 4.1.1).</summary>
/// <param name="Client">The client.</param>
/// <param name="RedirectUri">Where the answer goes.</param>
/// <param name="NamedRedirectUri">Whether the request named that address.</param>
/// <param name="Scopes">The scopes.</param>
/// <param name="Resource">What the tokens would be for (RFC 8707), or null.</param>
/// <param name="CodeChallenge">The S256 challenge (RFC 7636).</param>
/// <param name="State">What the answer brings back, or null.</param>
public sealed record AuthorizationRequest(
    OAuthClient Client, string RedirectUri, bool NamedRedirectUri, IReadOnlyList<string> Scopes, string? Resource, string CodeChallenge, string? State)
{
    /// <summary>Prints the client.</summary>
    public override string ToString() => Client.ClientId;
}

/// <summary>What a request to <c>/oauth/authorize</c> comes to: exactly one of the three.</summary>
/// <param name="Request">The request, to be shown for consent.</param>
/// <param name="Redirect">Where the browser goes with an error.</param>
/// <param name="Shown">An error that is shown here and sent nowhere, since the address is nobody's that is known.</param>
public sealed record AuthorizationCheck(AuthorizationRequest? Request, string? Redirect, OAuthError? Shown);

/// <summary>Requests for a member's consent (RFC 6749 section 4.1, RFC 7636, RFC 8252, RFC 8707, RFC 9207, RFC 9700).</summary>
public sealed class AuthorizationRequests(UnitOfWorkRunner changes, OAuthClients clients, OAuthScopes scopes, OAuthOptions options)
{
    const int MaxState = 2000;

    /// <summary>Judges a request. Until client and redirect URI are known to belong together, nothing is sent anywhere (RFC 6749 section 4.1.2.1).</summary>
    /// <param name="request">The query.</param>
    /// <param name="repeated">The parameters that came more than once.</param>
    /// <param name="issuer">What Latchkey is called there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<AuthorizationCheck> CheckAsync(OAuthParameters request, IReadOnlyCollection<string> repeated, string issuer, CancellationToken cancellationToken)
    {
        if (repeated.Contains("client_id") || repeated.Contains("redirect_uri"))
        {
            return Show("The link names its client or its address twice.");
        }

        if (request["client_id"] is not { } id || await clients.FindAsync(id, cancellationToken) is not { } client)
        {
            return Show("The app that sent you here is unknown. It may have registered more than a day ago without being approved: try connecting it again.");
        }

        var named = request["redirect_uri"];
        var redirect = named ?? (client.RedirectUris is [var only] ? only : null);
        if (redirect is null || (named is not null && !client.RedirectUris.Any(registered => RedirectUri.Matches(registered, named))))
        {
            return Show("The app that sent you here wants the answer at an address that it did not register.");
        }

        var state = request["state"] is { Length: <= MaxState } given && !repeated.Contains("state") ? given : null;
        var judged = Judge(request, repeated, client, redirect, named is not null, state);
        return judged.Error is { } error
            ? new(null, Answer(redirect, state, issuer, ("error", OAuthError.Of(error).Name), ("error_description", error.Detail)), null)
            : new(judged.Value, null, null);
    }

    /// <summary>Says yes, for an organization.</summary>
    /// <param name="actor">A member of it.</param>
    /// <param name="request">A request that was judged.</param>
    /// <param name="organization">The organization's slug.</param>
    /// <param name="issuer">What Latchkey is called there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Where the browser goes with the code; or <see cref="ErrorCode.NotFound"/> for an organization that the actor does not belong to, and for a client that is gone.</returns>
    public Task<Result<OAuthSecret>> ApproveAsync(Actor actor, AuthorizationRequest request, string organization, string issuer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var code = OAuthSecret.Mint(OAuthPrefixes.Code);
        return changes.RunAsync<OAuthSecret>(
            actor,
            async (change, token) =>
            {
                if (await change.Context.FindOrganizationAsync(actor, organization, token) is not { } access
                    || await change.Context.RegisteredClients.SingleOrDefaultAsync(x => x.ClientId == request.Client.ClientId, token) is not { } client)
                {
                    return Error.NotFound;
                }

                client.ApprovedAt ??= change.Now;
                change.Context.Add(new AuthorizationCode
                {
                    CodeHash = code.Hash,
                    ClientId = client.ClientId,
                    UserId = actor.Id,
                    OrganizationId = access.Id,
                    Scope = string.Join(' ', request.Scopes),
                    Resource = request.Resource,
                    RedirectUri = request.RedirectUri,
                    NamedRedirectUri = request.NamedRedirectUri,
                    CodeChallenge = request.CodeChallenge,
                    ApprovedAt = change.Now,
                    ExpiresAt = change.Now + options.AuthorizationCodeLifetime,
                });
                change.Record(access.Id, new(
                    AuditCategory.Tokens, "authorization.approved", new(FeedSubject.Client, client.ClientId, client.Name),
                    Details: JsonSerializer.Serialize(new Dictionary<string, string?> { ["scope"] = string.Join(' ', request.Scopes), ["resource"] = request.Resource, ["redirect_uri"] = request.RedirectUri })));
                return OAuthSecret.Of("redirect ", Answer(request.RedirectUri, request.State, issuer, ("code", code.Reveal())));
            },
            cancellationToken);
    }

    /// <summary>Says no.</summary>
    /// <param name="request">A request that was judged.</param>
    /// <param name="issuer">What Latchkey is called there.</param>
    /// <returns>Where the browser goes.</returns>
    public static string Deny(AuthorizationRequest request, string issuer)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Answer(request.RedirectUri, request.State, issuer, ("error", "access_denied"), ("error_description", "The person denied the request."));
    }

    Result<AuthorizationRequest> Judge(
        OAuthParameters request, IReadOnlyCollection<string> repeated, OAuthClient client, string redirect, bool named, string? state)
    {
        if (repeated.Count > 0)
        {
            return OAuthError.InvalidRequest("A parameter is there twice.");
        }

        if (request["state"] is { Length: > MaxState })
        {
            return OAuthError.InvalidRequest("state is too long.");
        }

        if (request["request"] is not null || request["request_uri"] is not null)
        {
            return new OAuthError(request["request"] is not null ? "request_not_supported" : "request_uri_not_supported", "Send the parameters themselves.");
        }

        if (request["response_type"] is not "code")
        {
            return request["response_type"] is null ? OAuthError.InvalidRequest("response_type is missing.") : new OAuthError("unsupported_response_type", "response_type has to be code.");
        }

        if (request["response_mode"] is not (null or "query"))
        {
            return OAuthError.InvalidRequest("response_mode has to be query.");
        }

        if (!client.MayUse(GrantTypes.AuthorizationCode))
        {
            return OAuthError.UnauthorizedClient;
        }

        if (request["code_challenge"] is not { } challenge || request["code_challenge_method"] is not Pkce.Method || !Pkce.IsChallenge(challenge))
        {
            return OAuthError.InvalidRequest("A code_challenge with the code_challenge_method S256 is needed.");
        }

        if (request["resource"] is { } resource && !ResourceIndicator.IsOne(resource))
        {
            return OAuthError.InvalidTarget("resource has to be an absolute address that begins with https:// or http://, without query and fragment.");
        }

        var scope = client.ScopeOf(scopes, request["scope"]);
        return scope.Error is { } beyond ? beyond : new AuthorizationRequest(client, redirect, named, scope.Value, request["resource"], challenge, state);
    }

    static AuthorizationCheck Show(string description) => new(null, null, OAuthError.InvalidRequest(description));

    /// <summary>The address with what it is told: always with the issuer (RFC 9207), and with what the client wants to have back.</summary>
    static string Answer(string redirect, string? state, string issuer, params (string Name, string Value)[] parameters)
    {
        var all = parameters.Select(x => KeyValuePair.Create(x.Name, (string?)x.Value)).ToList();
        if (state is not null)
        {
            all.Add(new("state", state));
        }

        all.Add(new("iss", issuer));
        return QueryHelpers.AddQueryString(redirect, all);
    }
}
