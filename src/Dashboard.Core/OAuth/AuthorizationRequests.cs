using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>An authorization request that can be shown for consent (RFC 6749 section 4.1.1).</summary>
/// <param name="RedirectUri">The redirect URI.</param>
/// <param name="NamedRedirectUri">Whether the request contained the redirect URI.</param>
/// <param name="Resource">The resource that the tokens would be valid for (RFC 8707), or null.</param>
/// <param name="CodeChallenge">The S256 challenge (RFC 7636).</param>
/// <param name="State">The state to return, or null.</param>
public sealed record AuthorizationRequest(
    OAuthClient Client, string RedirectUri, bool NamedRedirectUri, IReadOnlyList<string> Scopes,
    string? Resource, string CodeChallenge, string? State)
{
    /// <summary>Returns the client id.</summary>
    public override string ToString() => Client.ClientId;
}

/// <summary>The result of checking a request to <c>/oauth/authorize</c>: exactly one of the first three.</summary>
/// <param name="Request">The request, to be shown for consent.</param>
/// <param name="Redirect">The URL to redirect the browser to with an error.</param>
/// <param name="Shown">An error to show here, because the redirect URI cannot be trusted.</param>
/// <param name="Back">The way back to the client with that error; null if the redirect URI is not one of its own.</param>
public sealed record AuthorizationCheck(AuthorizationRequest? Request, string? Redirect, OAuthError? Shown, WayBack? Back = null);

/// <summary>The way back to a client that this person has not approved. Only a person takes it: anybody can register a client, and a
/// redirect by itself would lend Latchkey's address to links to its site (RFC 9700 section 4.11.2).</summary>
/// <param name="Url">The redirect URI with the error.</param>
/// <param name="Place">The host of that URI, or the scheme of an app.</param>
public sealed record WayBack(OAuthClient Client, string Url, string Place);

/// <summary>Checks, approves and denies authorization requests (RFC 6749 section 4.1, RFC 7636, RFC 8252, RFC 8707, RFC 9207, RFC
/// 9700).</summary>
public sealed class AuthorizationRequests(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, WritesBehind behind,
    OAuthClients clients, ClientDocuments documents,
    OAuthScopes scopes, OAuthOptions options, TimeProvider time)
{
    const int MaxState = 2000;

    /// <summary>Checks a request. Until the redirect URI is known to belong to the client, nothing is sent to it (RFC 6749 section
    /// 4.1.2.1), and an error is sent by itself only to a client that the person has approved before.</summary>
    /// <param name="actor">The person whose browser sent the request.</param>
    /// <param name="request">The query parameters.</param>
    /// <param name="issuer">The issuer of the tokens.</param>
    public async Task<AuthorizationCheck> CheckAsync(
        Actor actor, OAuthParameters request, string issuer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(request);
        var repeated = request.Repeated;
        if (repeated.Contains("client_id") || repeated.Contains("redirect_uri"))
        {
            return Show("The link contains client_id or redirect_uri twice.");
        }

        var found = await FindClientAsync(request["client_id"], cancellationToken);
        if (found.Error is { } unknown)
        {
            return Show(unknown.Detail);
        }

        var client = found.Value;

        var named = request["redirect_uri"];
        var redirect = named ?? (client.RedirectUris is [var only] ? only : null);
        if (redirect is null || (named is not null && !client.RedirectUris.Any(registered => RedirectUri.Matches(registered, named))))
        {
            return Show("The app that sent you here uses a redirect address that it did not register.");
        }

        var state = request["state"] is { Length: <= MaxState } given && !repeated.Contains("state") ? given : null;
        var judged = Judge(request, client, redirect, named is not null, state);
        if (judged.Error is { } error)
        {
            var back = BuildRedirect(redirect, state, issuer, ("error", OAuthError.Of(error).Name), ("error_description", error.Detail));
            return await HasApprovedAsync(actor, client, cancellationToken) ? new(null, back, null)
                : new(null, null, OAuthError.Of(error), new(client, back, RedirectUri.PlaceOf(redirect)));
        }

        await RecordRequestAsync(actor, client, cancellationToken);
        return new(judged.Value, null, null);
    }

    /// <summary>Approves a request for an organization.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="request">A request that has been checked.</param>
    /// <param name="organization">The organization's slug.</param>
    /// <param name="issuer">The issuer of the tokens.</param>
    /// <returns>The URL to redirect the browser to with the code; or <see cref="ErrorCode.NotFound"/> if the actor is not a member of the
    /// organization or the client no longer exists.</returns>
    public Task<Result<OAuthSecret>> ApproveAsync(
        Actor actor, AuthorizationRequest request, string organization, string issuer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var code = OAuthSecret.Mint(OAuthPrefixes.Code);
        return changes.RunAsync<OAuthSecret>(
            actor,
            async (change, token) =>
            {
                if (await change.Context.FindOrganizationAsync(actor, organization, token) is not { } access
                    || await FindStoredAsync(change, request.Client, token) is not { } client)
                {
                    return Error.NotFound;
                }

                if (OAuthScopes.NeedsPresence(request.Scopes) && await change.CheckPresenceAsync(token) is { } stale)
                {
                    return stale;
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
                    Details: JsonSerializer.Serialize(
                        new Dictionary<string, string?>
                        {
                            ["scope"] = string.Join(' ', request.Scopes),
                            ["resource"] = request.Resource,
                            ["redirect_uri"] = request.RedirectUri
                        })));
                return OAuthSecret.Of("redirect ", BuildRedirect(request.RedirectUri, request.State, issuer, ("code", code.Reveal())));
            },
            cancellationToken);
    }

    /// <summary>Denies a request.</summary>
    /// <param name="request">A request that has been checked.</param>
    /// <param name="issuer">The issuer of the tokens.</param>
    /// <returns>The URL to redirect the browser to.</returns>
    public static string Deny(AuthorizationRequest request, string issuer)
    {
        ArgumentNullException.ThrowIfNull(request);
        return BuildRedirect(request.RedirectUri, request.State, issuer, ("error", "access_denied"), (
            "error_description", "The person denied the request."));
    }

    Result<AuthorizationRequest> Judge(
        OAuthParameters request, OAuthClient client, string redirect, bool named, string? state)
    {
        if (request.Repeated.Count > 0)
        {
            return OAuthError.InvalidRequest("A parameter occurs twice.");
        }

        if (request["state"] is { Length: > MaxState })
        {
            return OAuthError.InvalidRequest("state is too long.");
        }

        if (request["request"] is not null || request["request_uri"] is not null)
        {
            return new OAuthError(
                request["request"] is not null ? "request_not_supported" : "request_uri_not_supported", "Send the parameters directly.");
        }

        if (request["response_type"] is not "code")
        {
            return request["response_type"] is null ? OAuthError.InvalidRequest("response_type is missing.")
                : new OAuthError("unsupported_response_type", "response_type must be code.");
        }

        if (request["response_mode"] is not (null or "query"))
        {
            return OAuthError.InvalidRequest("response_mode must be query.");
        }

        if (!client.MayUse(GrantTypes.AuthorizationCode))
        {
            return OAuthError.UnauthorizedClient;
        }

        if (request["code_challenge"] is not { } challenge || request["code_challenge_method"] is not Pkce.Method
            || !Pkce.IsChallenge(challenge))
        {
            return OAuthError.InvalidRequest("code_challenge with code_challenge_method S256 is required.");
        }

        if (request.Resource.Error is { } wrongTarget)
        {
            return wrongTarget;
        }

        var scope = client.ScopeOf(scopes, request["scope"]);
        return scope.Error is { } beyond ? beyond
            : new AuthorizationRequest(client, redirect, named, scope.Value, request.Resource.Value, challenge, state);
    }

    /// <summary>Returns whether a person has approved a client and not disconnected it since.</summary>
    async Task<bool> HasApprovedAsync(Actor actor, OAuthClient client, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Authorizations.AnyAsync(x => x.UserId == actor.Id && x.ClientId == client.ClientId
            && x.EndedAt == null, cancellationToken)
            || await context.AuthorizationCodes.AnyAsync(x => x.UserId == actor.Id && x.ClientId == client.ClientId
                && x.AuthorizationId == null, cancellationToken);
    }

    /// <summary>Records that a client has a request under way, if nobody has approved it. The page does not wait for it.</summary>
    async Task RecordRequestAsync(Actor actor, OAuthClient client, CancellationToken cancellationToken)
    {
        if (client.Kind != ClientKind.Registered)
        {
            return;
        }

        var now = UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await ClientRequests.AreNewAsync(context, client.ClientId, now, cancellationToken))
        {
            behind.Add($"client {client.ClientId}", actor, (late, token) => ClientRequests.RecordAsync(late, client.ClientId, now, token));
        }
    }

    async Task<Result<OAuthClient>> FindClientAsync(string? id, CancellationToken cancellationToken)
    {
        if (id is not null && documents.IsOpen && ClientAddresses.IsOne(id))
        {
            return await documents.FindAsync(id, cancellationToken);
        }

        return id is not null && !ClientAddresses.IsOne(id) && await clients.FindAsync(id, cancellationToken) is { } client
            ? client
            : OAuthError.InvalidRequest(
                "The app that sent you here is unknown. An app that nobody connects soon after it registered is removed. Try connecting it again.");
    }

    /// <summary>Returns the row of the client. One that a document describes gets its row with its first approval, and each approval brings
    /// it up to date.</summary>
    static async Task<RegisteredClient?> FindStoredAsync(UnitOfWork change, OAuthClient client, CancellationToken cancellationToken)
    {
        if (client.Kind == ClientKind.Described)
        {
            await change.LockInstallationAsync(cancellationToken);
        }

        var row = await change.Context.RegisteredClients.SingleOrDefaultAsync(x => x.ClientId == client.ClientId, cancellationToken);
        if (client.Kind != ClientKind.Described)
        {
            return row;
        }

        var (redirects, grants, scope) =
            (string.Join('\n', client.RedirectUris), string.Join(' ', client.AllowedGrants), string.Join(' ', client.Scope));
        if (row is null)
        {
            row = new()
            {
                ClientId = client.ClientId,
                Name = client.Name,
                AuthMethod = AuthMethods.None,
                RedirectUris = redirects,
                GrantTypes = grants,
                Scope = scope,
                ClientUri = client.Url,
                CreatedAt = change.Now,
            };
            change.Context.Add(row);
        }

        (row.Name, row.RedirectUris, row.GrantTypes, row.Scope) = (client.Name, redirects, grants, scope);
        return row;
    }

    static AuthorizationCheck Show(string description) => new(null, null, OAuthError.InvalidRequest(description));

    /// <summary>Adds the result to the redirect URI, with the issuer (RFC 9207) and the state of the client.</summary>
    static string BuildRedirect(string redirect, string? state, string issuer, params (string Name, string Value)[] parameters)
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
