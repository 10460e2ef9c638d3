using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>The response to a device authorization request (RFC 8628 section 3.2).</summary>
/// <param name="DeviceCode">The code that the device polls with.</param>
/// <param name="UserCode">The code that the person enters: two groups of four letters with a hyphen between.</param>
/// <param name="ExpiresIn">The lifetime of both codes.</param>
/// <param name="Interval">The minimum interval between polls.</param>
public sealed record DeviceGrant(OAuthSecret DeviceCode, OAuthSecret UserCode, TimeSpan ExpiresIn, TimeSpan Interval);

/// <summary>A device authorization request, as the person who decides sees it.</summary>
/// <param name="UserCode">The user code, formatted.</param>
/// <param name="Resource">The resource that the tokens would be valid for, or null.</param>
/// <param name="Address">The address of the device, or null.</param>
/// <param name="UserAgent">The <c>User-Agent</c> of the device.</param>
/// <param name="CreatedAt">When the request was made, UTC.</param>
/// <param name="ExpiresAt">When the request expires, UTC.</param>
public sealed record DeviceRequest(
    string UserCode, OAuthClient Client, IReadOnlyList<string> Scopes, string? Resource, string? Address,
    string UserAgent, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>Authorizes devices without a browser (RFC 8628): the device makes a request, and a person approves or denies it on another
/// screen.</summary>
public sealed class DeviceRequests(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, OAuthClients clients, ClientAuthenticator authenticator,
    OAuthScopes scopes, OAuthOptions options, RateLimits limits, RefusalLedger refusals,
    TimeProvider time)
{
    /// <summary>The letters of user codes: no vowels, so that no words are formed, and no <c>Y</c> (RFC 8628 section 6.1).</summary>
    public const string Letters = "BCDFGHJKLMNPQRSTVWXZ";

    const int CodeLength = 8;
    const int MaxUserAgent = 200;

    static readonly Error Unknown =
        Error.Invalid("user_code", "No device is waiting with this code. Compare it with the code on the device; it may have expired.");

    /// <summary>Starts a device authorization request.</summary>
    /// <param name="presented">The client authentication in the request.</param>
    /// <param name="origin">The origin of the request, which the person is shown.</param>
    /// <returns>The codes; or an error of RFC 6749 section 5.2 or RFC 8707 section 2.</returns>
    public async Task<Result<DeviceGrant>> RequestAsync(
        OAuthParameters request, PresentedClient presented, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        var authenticated = await authenticator.AuthenticateAsync(presented, origin, cancellationToken);
        if (authenticated.Error is { } unknown)
        {
            return unknown;
        }

        var client = authenticated.Value;
        if (!client.MayUse(GrantTypes.DeviceCode))
        {
            return OAuthError.UnauthorizedClient;
        }

        var scope = client.ScopeOf(scopes, request["scope"]);
        if (scope.Error is { } beyond)
        {
            return beyond;
        }

        if (request.Resource.Error is { } wrongTarget)
        {
            return wrongTarget;
        }

        if (limits.Devices.Take(origin.Address, fromPage: origin.FromPage) is { } wait)
        {
            refusals.Note(origin.Address, RefusalReason.DeviceRequests);
            return OAuthError.TooMany(wait);
        }

        return await AddAsync(client, string.Join(' ', scope.Value), request.Resource.Value, origin, cancellationToken);
    }

    /// <summary>Finds the pending request with a user code. Each attempt is counted, because codes are short (RFC 8628 section
    /// 5.1).</summary>
    /// <param name="actor">The person who entered the code.</param>
    /// <param name="userCode">The code as entered, in any case, with or without a hyphen.</param>
    /// <returns>The request; or <see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.RateLimited"/>.</returns>
    public async Task<Result<DeviceRequest>> FindAsync(Actor actor, string? userCode, CancellationToken cancellationToken)
    {
        if (Read(actor, userCode) is { Error: { } fault })
        {
            return fault;
        }

        var (hash, now) = (KeyHash.Of(Normalize(userCode!)), time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await context.DeviceCodes.AsNoTracking()
            .SingleOrDefaultAsync(
                x => x.UserCodeHash == hash && x.State == DeviceCodeState.Pending && x.ExpiresAt > now, cancellationToken);
        if (row is null || await clients.FindAsync(row.ClientId, cancellationToken) is not { } client)
        {
            return Unknown;
        }

        return new DeviceRequest(
            Format(Normalize(userCode!)), client, row.Scope.Split(' '), row.Resource, row.Address,
            row.UserAgent, row.CreatedAt, row.ExpiresAt);
    }

    /// <summary>Approves a request: the device acts as a member of an organization.</summary>
    /// <param name="actor">The member.</param>
    /// <param name="organization">The organization's slug.</param>
    /// <returns><see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> if the actor is not a member of the organization,
    /// or <see cref="ErrorCode.RateLimited"/> on failure.</returns>
    public Task<Result<Unit>> ApproveAsync(Actor actor, string? userCode, string organization, CancellationToken cancellationToken) =>
        DecideAsync(actor, userCode, organization, DeviceCodeState.Approved, cancellationToken);

    /// <summary>Denies a request.</summary>
    /// <param name="actor">The person who denies it.</param>
    /// <returns><see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.RateLimited"/> on failure.</returns>
    public Task<Result<Unit>> DenyAsync(Actor actor, string? userCode, CancellationToken cancellationToken) =>
        DecideAsync(actor, userCode, null, DeviceCodeState.Denied, cancellationToken);

    /// <summary>Formats a user code for display.</summary>
    static string Format(string letters) => $"{letters[..4]}-{letters[4..]}";

    /// <summary>Keeps the letters of codes and removes everything else that people type or paste beside them (RFC 8628 section 6.1). Wide
    /// letters, as Asian keyboards type them, count.</summary>
    static string Normalize(string typed) =>
        string.Concat(string.Concat(typed.EnumerateRunes()).Normalize(NormalizationForm.FormKC).ToUpperInvariant()
            .Where(letter => Letters.Contains(letter, StringComparison.Ordinal)));

    async Task<Result<DeviceGrant>> AddAsync(
        OAuthClient client, string scope, string? resource, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        var now = UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow());
        var device = OAuthSecret.Mint(OAuthPrefixes.Device);
        var letters = "";
        for (Result<bool> added = false; added is { Error: null, Value: false };)
        {
            letters = RandomNumberGenerator.GetString(Letters, CodeLength);
            var row = new DeviceCode
            {
                CodeHash = device.Hash,
                UserCodeHash = KeyHash.Of(letters),
                ClientId = client.ClientId,
                Scope = scope,
                Resource = resource,
                CreatedAt = now,
                ExpiresAt = now + options.DeviceCodeLifetime,
                Address = origin.AddressText,
                Network = origin.NetworkText,
                UserAgent = string.Concat(origin.UserAgent.Where(c => !char.IsControl(c)).Take(MaxUserAgent)),
                IntervalSeconds = (int)options.DeviceCodeInterval.TotalSeconds,
                State = DeviceCodeState.Pending,
            };
            await changes.RunBehindAsync(
                async (context, token) =>
                    added = await DeviceCodeStore.AddAsync(context, row, token), cancellationToken, Actor.Anonymous(origin.AddressText));
            if (added.Error is { } full)
            {
                return full;
            }
        }

        return new DeviceGrant(
            device, OAuthSecret.Of("user code ", Format(letters)), options.DeviceCodeLifetime, options.DeviceCodeInterval);
    }

    Result<Unit> Read(Actor actor, string? userCode)
    {
        if (userCode is null || Normalize(userCode).Length != CodeLength)
        {
            return Error.Invalid("user_code", "A code has 8 letters, such as WDJB-MJHT, and no vowels.");
        }

        if (limits.TakeUserCode(actor.Id) is not { } wait)
        {
            return default(Unit);
        }

        refusals.Note(actor, RefusalReason.UserCodes);
        return new Error(ErrorCode.RateLimited, "Too many attempts. Wait a minute, then try again.", RetryAfter: wait);
    }

    async Task<Result<Unit>> DecideAsync(
        Actor actor, string? userCode, string? organization, DeviceCodeState state, CancellationToken cancellationToken)
    {
        if (Read(actor, userCode) is { Error: { } fault })
        {
            return fault;
        }

        var hash = KeyHash.Of(Normalize(userCode!));
        return await changes.RunAsync<Unit>(
            actor,
            async (change, token) =>
            {
                var access = organization is null ? null : await change.Context.FindOrganizationAsync(actor, organization, token);
                if (organization is not null && access is null)
                {
                    return Error.NotFound;
                }

                var waiting = change.Context.DeviceCodes.Where(
                    x => x.UserCodeHash == hash && x.State == DeviceCodeState.Pending && x.ExpiresAt > change.Now);
                if (await waiting.AsNoTracking().SingleOrDefaultAsync(token) is not { } row || await waiting.ExecuteUpdateAsync(
                    set => set.SetProperty(x => x.State, state).SetProperty(x => x.UserId, actor.Id)
                        .SetProperty(x => x.OrganizationId, access == null ? (long?)null : access.Id)
                        .SetProperty(x => x.DecidedAt, change.Now), token) == 0)
                {
                    return Unknown;
                }

                if (state == DeviceCodeState.Approved && OAuthScopes.NeedsPresence(row.Scope.Split(' '))
                    && await change.CheckPresenceAsync(token) is { } stale)
                {
                    return stale;
                }

                await change.Context.RegisteredClients.Where(
                    x => x.ClientId == row.ClientId && x.ApprovedAt == null && state == DeviceCodeState.Approved)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.ApprovedAt, change.Now), token);
                var name = (await OAuthClients.ReadManyAsync(change.Context, [row.ClientId], token))
                    .GetValueOrDefault(row.ClientId)?.Name ?? row.ClientId;
                change.Record(access?.Id ?? AuditChain.Installation, new(
                    AuditCategory.Tokens, state == DeviceCodeState.Approved ? "device.approved"
                        : "device.denied", new(FeedSubject.Device, row.ClientId, name),
                    Details: JsonSerializer.Serialize(
                        new Dictionary<string, string?>
                        {
                            ["scope"] = row.Scope,
                            ["resource"] = row.Resource,
                            ["asked_from"] = row.Address
                        })));
                return default(Unit);
            },
            cancellationToken);
    }
}
