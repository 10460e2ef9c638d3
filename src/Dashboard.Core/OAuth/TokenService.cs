using Dashboard.Core.Changes;
using Dashboard.Core.Limits;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>The token endpoint (RFC 6749 section 3.2): gives tokens for what a client shows.</summary>
public sealed class TokenService(
    UnitOfWorkRunner changes, ClientAuthenticator authenticator, OAuthScopes scopes, OAuthOptions options,
    AuthorizationLimitOptions most, SigningKeys keys,
    RefreshSuccession succession, RateLimits limits, TokenIssueLog log, RefusalLedger refusals, TimeProvider time)
{
    const int IdLength = 22;

    /// <summary>Issues tokens.</summary>
    /// <param name="presented">The client authentication in the request.</param>
    /// <param name="origin">The origin of the request.</param>
    /// <returns>The tokens; or an error of RFC 6749 section 5.2, RFC 8628 section 3.5 or RFC 8707 section 2.</returns>
    public async Task<Result<IssuedTokens>> IssueAsync(
        OAuthParameters request, PresentedClient presented, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        if (request["grant_type"] is not { } grant)
        {
            return OAuthError.InvalidRequest("grant_type is missing.");
        }

        if (!GrantTypes.All.Contains(grant, StringComparer.Ordinal))
        {
            return new OAuthError("unsupported_grant_type", "This grant type is not supported.");
        }

        var authenticated = await authenticator.AuthenticateAsync(presented, origin, cancellationToken);
        if (authenticated.Error is { } unknown)
        {
            return unknown;
        }

        var client = authenticated.Value;
        if (!client.MayUse(grant))
        {
            return OAuthError.UnauthorizedClient;
        }

        if (request.Resource.Error is { } wrongTarget)
        {
            return wrongTarget;
        }

        var asked = new TokenRequestContext(request, client, origin, await keys.CurrentAsync(cancellationToken));
        var issued = grant switch
        {
            GrantTypes.ClientCredentials => IssueForServiceAccount(asked),
            GrantTypes.AuthorizationCode => await ExchangeCodeAsync(asked, cancellationToken),
            GrantTypes.RefreshToken => await RefreshAsync(asked, cancellationToken),
            _ => await ExchangeDeviceCodeAsync(asked, cancellationToken),
        };
        if (issued.Error is not OAuthError { IsGuess: true }
            || limits.FailedClients.Take(origin.Address, client.ClientId, origin.FromPage) is not { } wait)
        {
            return issued;
        }

        refusals.Note(origin.Address, RefusalReason.FailedClients);
        return OAuthError.TooMany(wait);
    }

    /// <summary>Issues a token that leaves no row, so nothing is written: what decides about it later are its claims and the account. If
    /// the account has just changed on another node, the token's generation is over and it is never valid.</summary>
    Result<IssuedTokens> IssueForServiceAccount(TokenRequestContext asked)
    {
        var (client, account) = (asked.Client, asked.Client.Account!);
        var granted = ScopeOfAccount(asked, account.Permissions);
        if (granted.Error is { } invalidScope)
        {
            return invalidScope;
        }

        if (limits.TakeToken(client.ServiceAccountId!) is { } wait)
        {
            return OAuthError.TooManyTokens(wait);
        }

        var issued = TokenIssue.IssueWithoutRow(
            client, account, string.Join(' ', granted.Value), asked.Request["resource"], options.ServiceAccountTokenLifetime,
            time.GetUtcNow(), asked.Signer,
            asked.Origin.Issuer);
        log.Count(client, asked.Origin.Address);
        return issued;
    }

    /// <summary>A service account has registered nothing: without a scope it gets what it may read, and where it may do nothing but verify,
    /// that.</summary>
    Result<IReadOnlyList<string>> ScopeOfAccount(TokenRequestContext asked, IReadOnlyList<string> permissions)
    {
        if (asked.Request["scope"] is null)
        {
            var readable = OAuthScopes.Within(scopes.Readable, permissions);
            return readable.Count > 0 ? Result.Of(readable)
                : permissions is [PermissionCatalog.Verify] ? Result.Of<IReadOnlyList<string>>([OAuthScopes.Api])
                : OAuthError.InvalidScope("This service account may not read. Name the scopes that you need.");
        }

        // A program that gets less than it asked for fails later, where nobody sees why; there is no person who would be asked.
        return !scopes.TryRead(asked.Request["scope"]!, out var named)
            ? OAuthError.InvalidScope("A scope is api, or a permission and a kind of resource in plural, such as read:workflows.")
            : OAuthScopes.Within(named, permissions).Count < named.Count
                ? OAuthError.InvalidScope("This service account does not have the permissions for these scopes.")
                : Result.Of(named);
    }

    /// <summary>RFC 6749 section 4.1.3, RFC 7636 section 4.5.</summary>
    async Task<Result<IssuedTokens>> ExchangeCodeAsync(TokenRequestContext asked, CancellationToken cancellationToken)
    {
        if (asked.Request["code"] is not { } presented || asked.Request["code_verifier"] is not { } verifier)
        {
            return OAuthError.InvalidRequest("code and code_verifier are required.");
        }

        var hash = KeyHash.Of(presented);
        return await changes.RunAsync<IssuedTokens>(
            asked.ClientActor,
            async (change, token) =>
            {
                var found = await (
                    from code in change.Context.AuthorizationCodes
                    where code.CodeHash == hash
                    join organization in change.Context.Organizations on code.OrganizationId equals organization.Id
                    select new { Row = code, organization.Slug }).AsNoTracking().SingleOrDefaultAsync(token);
                if (found is null || found.Row.ClientId != asked.Client.ClientId)
                {
                    return OAuthError.UnknownGrant("The code does not exist for this client.");
                }

                var row = found.Row;
                if (row.AuthorizationId is { } used)
                {
                    return await EndAsync(change, used, "code_reused", token);
                }

                if (row.ExpiresAt <= change.Now)
                {
                    return OAuthError.InvalidGrant("The code has expired.");
                }

                if (asked.Request["redirect_uri"] is var redirect
                    && redirect is null ? row.NamedRedirectUri : !Urls.AreSame(redirect, row.RedirectUri))
                {
                    return OAuthError.InvalidGrant("redirect_uri is not the one that the code was sent to.");
                }

                if (!Pkce.Fits(verifier, row.CodeChallenge))
                {
                    return OAuthError.InvalidGrant("code_verifier does not match the code_challenge of the request.");
                }

                if (asked.Request["resource"] is { } resource && !Urls.AreSame(resource, row.Resource))
                {
                    return OAuthError.InvalidTarget("resource is not the approved one.");
                }

                var authorization = Approve(asked.Client, row.UserId, row.OrganizationId, row.Scope, row.Resource, row.ApprovedAt);
                var claimed = await change.Context.AuthorizationCodes.Where(x => x.CodeHash == hash && x.AuthorizationId == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.AuthorizationId, authorization.Id), token);
                if (claimed == 0)
                {
                    var winner = await change.Context.AuthorizationCodes.Where(x => x.CodeHash == hash)
                        .Select(x => x.AuthorizationId).SingleAsync(token);
                    return await EndAsync(change, winner!, "code_reused", token);
                }

                return await IssueForAuthorizationAsync(
                    change, asked, new(authorization, found.Slug, IsNew: true), authorization.Scope, authorization.Resource,
                    "token.issued", token);
            },
            cancellationToken);
    }

    /// <summary>RFC 6749 section 6, RFC 9700 section 4.14.2. A token is used once; for a minute after that it leads the same client to the
    /// same successor again, and later its use ends the authorization.</summary>
    async Task<Result<IssuedTokens>> RefreshAsync(TokenRequestContext asked, CancellationToken cancellationToken)
    {
        if (asked.Request["refresh_token"] is not { } refresh)
        {
            return OAuthError.InvalidRequest("refresh_token is missing.");
        }

        var hash = KeyHash.Of(refresh);
        var successors = await succession.OfAsync(refresh, cancellationToken);
        return await changes.RunAsync<IssuedTokens>(
            asked.ClientActor,
            async (change, token) =>
            {
                var found = await (
                    from row in change.Context.RefreshTokens
                    where row.TokenHash == hash
                    join own in change.Context.Authorizations on row.AuthorizationId equals own.Id
                    join organization in change.Context.Organizations on own.OrganizationId equals organization.Id
                    select new { row.UsedAt, Authorization = own, organization.Slug }).AsNoTracking().SingleOrDefaultAsync(token);
                if (found is null || found.Authorization.ClientId != asked.Client.ClientId)
                {
                    return OAuthError.UnknownGrant("The refresh token does not exist for this client.");
                }

                var authorization = found.Authorization;
                if (authorization.EndedAt is not null || authorization.ExpiresAt <= change.Now)
                {
                    return OAuthError.InvalidGrant("The authorization has ended. The person has to authorize the client again.");
                }

                if (found.UsedAt is { } used && change.Now - used > RefreshSuccession.Grace)
                {
                    return await EndAsync(change, authorization.Id, "refresh_token_reused", token);
                }

                var granted = authorization.Scope.Split(' ');
                if (NarrowScope(asked, granted) is not { } wanted)
                {
                    return OAuthError.InvalidScope("The scope exceeds what was approved.");
                }

                var resource = authorization.Resource ?? asked.Request["resource"];
                if (asked.Request["resource"] is { } named && !Urls.AreSame(named, resource))
                {
                    return OAuthError.InvalidTarget("resource is not the approved one.");
                }

                // Of two that come at once, the later one waits here for the other and then finds its successor.
                var isFirst = await change.Context.RefreshTokens.Where(x => x.TokenHash == hash && x.UsedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.UsedAt, change.Now), token) == 1;
                return (isFirst ? new(successors[0], IsStored: false)
                    : await FindSuccessorAsync(change, successors, token)) is { } successor
                    ? await IssueForAuthorizationAsync(
                        change, asked, new(authorization, found.Slug, IsNew: false), string.Join(' ', wanted), resource,
                        "token.refreshed", token, successor)
                    : OAuthError.InvalidGrant("The refresh token was used a moment ago. Go on with the one that it led to.");
            },
            cancellationToken);
    }

    /// <summary>Finds the successor that another request was given. None is found if no key of this node derived it.</summary>
    static async Task<RefreshOrder?> FindSuccessorAsync(
        UnitOfWork change, IReadOnlyList<OAuthSecret> successors, CancellationToken cancellationToken)
    {
        foreach (var successor in successors)
        {
            var hash = successor.Hash;
            if (await change.Context.RefreshTokens.AnyAsync(x => x.TokenHash == hash, cancellationToken))
            {
                return new(successor, IsStored: true);
            }
        }

        return null;
    }

    /// <summary>What a refresh asks for, or null if it is more than what was approved. Words that were left out when the person was asked
    /// are left out again, because clients send the same list each time.</summary>
    IReadOnlyList<string>? NarrowScope(TokenRequestContext asked, string[] granted)
    {
        if (asked.Request["scope"] is not { } text || scopes.ReadKnown(text, out _) is not { Count: > 0 } known)
        {
            return granted;
        }

        return asked.Client.Within(known) is { Count: > 0 } wanted && OAuthScopes.Covers(granted, wanted) ? wanted : null;
    }

    /// <summary>RFC 8628 section 3.4 and 3.5.</summary>
    async Task<Result<IssuedTokens>> ExchangeDeviceCodeAsync(TokenRequestContext asked, CancellationToken cancellationToken)
    {
        if (asked.Request["device_code"] is not { } code)
        {
            return OAuthError.InvalidRequest("device_code is missing.");
        }

        var hash = KeyHash.Of(code);
        return await PollAsync(asked.Client, hash, Actor.Anonymous(asked.Origin.AddressText), cancellationToken) is { } waits ? waits
            : await changes.RunAsync<IssuedTokens>(
            asked.ClientActor,
            async (change, token) =>
            {
                var found = await (
                    from device in change.Context.DeviceCodes
                    where device.CodeHash == hash
                    join chosen in change.Context.Organizations on device.OrganizationId equals chosen.Id
                    select new { Row = device, chosen.Slug }).AsNoTracking().SingleOrDefaultAsync(token);
                if (found?.Row is not { UserId: { } user, OrganizationId: { } organization, DecidedAt: { } approved } row
                    || await change.Context.DeviceCodes
                    .Where(x => x.CodeHash == hash && x.State == DeviceCodeState.Approved)
                        .ExecuteUpdateAsync(set => set.SetProperty(x => x.State, DeviceCodeState.Used), token) == 0)
                {
                    return OAuthError.InvalidGrant("The device code has been used.");
                }

                var authorization = Approve(asked.Client, user, organization, row.Scope, row.Resource, approved);
                return await IssueForAuthorizationAsync(
                    change, asked, new(authorization, found.Slug, IsNew: true), authorization.Scope, authorization.Resource,
                    "token.issued", token);
            },
            cancellationToken);
    }

    /// <summary>Returns the error for a device that must wait or give up, or null if its request is approved. Each early poll increases the
    /// interval.</summary>
    async Task<OAuthError?> PollAsync(OAuthClient client, byte[] hash, Actor caller, CancellationToken cancellationToken)
    {
        OAuthError? answer = null;
        var now = UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow());
        await changes.RunBehindAsync(
            async (context, token) =>
                answer = await DeviceCodeStore.PollAsync(context, client.ClientId, hash, now, token), cancellationToken, caller);
        return answer;
    }

    Authorization Approve(
        OAuthClient client, string user, long organization, string scope, string? resource, DateTimeOffset approvedAt) => new()
        {
            Id = Base62.Random(IdLength),
            ClientId = client.ClientId,
            UserId = user,
            OrganizationId = organization,
            Scope = scope,
            Resource = resource,
            ApprovedAt = approvedAt,
            ExpiresAt = approvedAt + options.RefreshTokenLifetime,
        };

    /// <summary>Issues what an approval allows, as long as the person who gave it is a member. A new authorization takes the place of the
    /// oldest, once nothing can keep it from being issued.</summary>
    async Task<Result<IssuedTokens>> IssueForAuthorizationAsync(
        UnitOfWork change, TokenRequestContext asked, FoundAuthorization found, string scope, string? resource, string action,
        CancellationToken cancellationToken,
        RefreshOrder? refresh = null)
    {
        var authorization = found.Row;
        // If the member is removed at the same time, either that change waits for this one or this one sees its result.
        if (await change.Context.Members.Where(member => member.UserId == authorization.UserId
            && member.OrganizationId == authorization.OrganizationId)
            .ExecuteUpdateAsync(set => set.SetProperty(member => member.Role, member => member.Role), cancellationToken) == 0)
        {
            return OAuthError.InvalidGrant("The person who gave the authorization is no longer a member of the organization.");
        }

        if (found.IsNew)
        {
            await AuthorizationRevocation.EndOldestAsync(
                change, authorization.UserId, authorization.ClientId, most.AuthorizationsPerPerson, cancellationToken);
        }

        return TokenIssue.Issue(
            change, new(asked.Client, found.Organization, scope, resource, options.AccessTokenLifetime,
                authorization, found.IsNew, refresh),
            asked.Signer, asked.Origin.Issuer, action);
    }

    /// <summary>Ends an approval whose code or token came twice: one of the two who hold it is a thief.</summary>
    static async Task<Result<IssuedTokens>> EndAsync(
        UnitOfWork change, string authorizationId, string because, CancellationToken cancellationToken)
    {
        await AuthorizationRevocation.EndAsync(change, authorizationId, because, cancellationToken);
        return Result.CommitThenFail<IssuedTokens>(OAuthError.InvalidGrant(
            "This was used before. Because it may have been stolen, the authorization has ended. Ask the person again."));
    }

    /// <summary>An authorization that tokens are issued for.</summary>
    /// <param name="Organization">The slug of its organization.</param>
    /// <param name="IsNew">Whether it is not stored yet.</param>
    sealed record FoundAuthorization(Authorization Row, string Organization, bool IsNew);

    /// <summary>A token request of an authenticated client.</summary>
    sealed record TokenRequestContext(OAuthParameters Request, OAuthClient Client, OAuthOrigin Origin, Signer Signer)
    {
        /// <summary>The client itself is the actor, because the person it acts for is known only once its grant has been read.</summary>
        public Actor ClientActor => new(PartyType.OAuthClient, Client.ClientId, Client.Name, Origin.AddressText);
    }
}
