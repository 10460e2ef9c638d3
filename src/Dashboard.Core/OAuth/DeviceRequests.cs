using System.Security.Cryptography;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>What a device gets that asks for an approval (RFC 8628 section 3.2).</summary>
/// <param name="DeviceCode">What it asks with.</param>
/// <param name="UserCode">What the person types: two times four letters with a dash between.</param>
/// <param name="ExpiresIn">How long both are good.</param>
/// <param name="Interval">The least time between two questions.</param>
public sealed record DeviceGrant(OAuthSecret DeviceCode, OAuthSecret UserCode, TimeSpan ExpiresIn, TimeSpan Interval);

/// <summary>A device's request, as the person sees it who decides.</summary>
/// <param name="UserCode">The code, as it is shown.</param>
/// <param name="Client">The client.</param>
/// <param name="Scopes">The scopes.</param>
/// <param name="Resource">What the tokens would be for, or null.</param>
/// <param name="Address">The address that the device asked from, or null.</param>
/// <param name="UserAgent">What the device calls itself.</param>
/// <param name="CreatedAt">When it asked, UTC.</param>
/// <param name="ExpiresAt">Until when it can be decided, UTC.</param>
public sealed record DeviceRequest(
    string UserCode, OAuthClient Client, IReadOnlyList<string> Scopes, string? Resource, string? Address, string UserAgent, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>Requests of devices that have no browser (RFC 8628): the device asks, and a person says yes or no on another screen.</summary>
public sealed class DeviceRequests(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, OAuthClients clients, ClientAuthenticator authenticator, OAuthScopes scopes, OAuthOptions options, RateLimits limits, TimeProvider time)
{
    /// <summary>The letters of user codes: no vowels, so that no words come about, and no <c>Y</c> (RFC 8628 section 6.1).</summary>
    public const string Letters = "BCDFGHJKLMNPQRSTVWXZ";

    const int CodeLength = 8;
    const int MaxUserAgent = 200;

    static readonly Error Unknown = Error.Invalid("user_code", "No device waits with this code. Compare it with what the device shows; it may have expired.");

    /// <summary>Begins a request.</summary>
    /// <param name="request">The body.</param>
    /// <param name="presented">What the request says of the client.</param>
    /// <param name="origin">Where it came in; the person is told.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The codes; or an error of RFC 6749 section 5.2 or RFC 8707 section 2.</returns>
    public async Task<Result<DeviceGrant>> RequestAsync(OAuthParameters request, PresentedClient presented, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        var authenticated = await authenticator.AuthenticateAsync(presented, origin.Address, cancellationToken);
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

        if (request["resource"] is { } resource && !ResourceIndicator.IsOne(resource))
        {
            return OAuthError.InvalidTarget("resource has to be an absolute address that begins with https:// or http://, without query and fragment.");
        }

        return limits.Devices.Take(origin.Address) is { } wait ? OAuthError.TooMany(wait)
            : await AddAsync(client, string.Join(' ', scope.Value), request["resource"], origin, cancellationToken);
    }

    /// <summary>Finds the request that waits with a code. Each try counts: codes are short (RFC 8628 section 5.1).</summary>
    /// <param name="actor">Who typed it.</param>
    /// <param name="userCode">What was typed, in small letters or capitals, with dash or without.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The request; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.RateLimited"/>.</returns>
    public async Task<Result<DeviceRequest>> FindAsync(Actor actor, string? userCode, CancellationToken cancellationToken)
    {
        if (Read(actor, userCode) is { Error: { } fault })
        {
            return fault;
        }

        var (hash, now) = (KeyHash.Of(Plain(userCode!)), time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await context.DeviceCodes.AsNoTracking()
            .SingleOrDefaultAsync(x => x.UserCodeHash == hash && x.State == DeviceCodeState.Pending && x.ExpiresAt > now, cancellationToken);
        if (row is null || await clients.FindAsync(row.ClientId, cancellationToken) is not { } client)
        {
            return Unknown;
        }

        return new DeviceRequest(
            Shown(Plain(userCode!)), client, row.Scope.Split(' '), row.Resource, row.Address, row.UserAgent, row.CreatedAt, row.ExpiresAt);
    }

    /// <summary>Lets the device act as a member of an organization.</summary>
    /// <param name="actor">The member.</param>
    /// <param name="userCode">The code.</param>
    /// <param name="organization">The organization's slug.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Nothing; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> for an organization that the actor does not belong to,
    /// <see cref="ErrorCode.RateLimited"/>.</returns>
    public Task<Result<Unit>> ApproveAsync(Actor actor, string? userCode, string organization, CancellationToken cancellationToken) =>
        DecideAsync(actor, userCode, organization, DeviceCodeState.Approved, cancellationToken);

    /// <summary>Turns the device away.</summary>
    /// <param name="actor">Who says no.</param>
    /// <param name="userCode">The code.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Nothing; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.RateLimited"/>.</returns>
    public Task<Result<Unit>> DenyAsync(Actor actor, string? userCode, CancellationToken cancellationToken) =>
        DecideAsync(actor, userCode, null, DeviceCodeState.Denied, cancellationToken);

    /// <summary>A user code as people see it.</summary>
    static string Shown(string letters) => $"{letters[..4]}-{letters[4..]}";

    /// <summary>What was typed, less what people put between letters.</summary>
    static string Plain(string typed) => string.Concat(typed.Where(c => c is not ('-' or ' ' or '\u2013' or '\u2010'))).ToUpperInvariant();

    async Task<Result<DeviceGrant>> AddAsync(OAuthClient client, string scope, string? resource, OAuthOrigin origin, CancellationToken cancellationToken)
    {
        var now = UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow());
        var device = OAuthSecret.Mint(OAuthPrefixes.Device);
        var letters = "";
        for (var added = false; !added;)
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
                UserAgent = string.Concat(origin.UserAgent.Where(c => !char.IsControl(c)).Take(MaxUserAgent)),
                IntervalSeconds = (int)options.DeviceCodeInterval.TotalSeconds,
                State = DeviceCodeState.Pending,
            };
            await changes.RunBehindAsync(async (context, token) => added = await DeviceCodeStore.AddAsync(context, row, token), cancellationToken);
        }

        return new DeviceGrant(device, OAuthSecret.Of("user code ", Shown(letters)), options.DeviceCodeLifetime, options.DeviceCodeInterval);
    }

    Result<Unit> Read(Actor actor, string? userCode)
    {
        if (userCode is null || Plain(userCode) is not { Length: CodeLength } letters || letters.Any(letter => !Letters.Contains(letter, StringComparison.Ordinal)))
        {
            return Error.Invalid("user_code", "A code has 8 letters, such as WDJB-MJHT. It has no vowels.");
        }

        return limits.TakeUserCode(actor.Id) is { } wait
            ? new Error(ErrorCode.RateLimited, "Too many codes were tried. Wait a minute.", RetryAfter: wait)
            : default(Unit);
    }

    async Task<Result<Unit>> DecideAsync(Actor actor, string? userCode, string? organization, DeviceCodeState state, CancellationToken cancellationToken)
    {
        if (Read(actor, userCode) is { Error: { } fault })
        {
            return fault;
        }

        var hash = KeyHash.Of(Plain(userCode!));
        return await changes.RunAsync<Unit>(
            actor,
            async (change, token) =>
            {
                var access = organization is null ? null : await change.Context.FindOrganizationAsync(actor, organization, token);
                if (organization is not null && access is null)
                {
                    return Error.NotFound;
                }

                var waiting = change.Context.DeviceCodes.Where(x => x.UserCodeHash == hash && x.State == DeviceCodeState.Pending && x.ExpiresAt > change.Now);
                if (await waiting.AsNoTracking().SingleOrDefaultAsync(token) is not { } row || await waiting.ExecuteUpdateAsync(
                    set => set.SetProperty(x => x.State, state).SetProperty(x => x.UserId, actor.Id).SetProperty(x => x.OrganizationId, access == null ? (long?)null : access.Id)
                        .SetProperty(x => x.DecidedAt, change.Now), token) == 0)
                {
                    return Unknown;
                }

                await change.Context.RegisteredClients.Where(x => x.ClientId == row.ClientId && x.ApprovedAt == null && state == DeviceCodeState.Approved)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.ApprovedAt, change.Now), token);
                var name = (await OAuthClients.ReadManyAsync(change.Context, [row.ClientId], token)).GetValueOrDefault(row.ClientId)?.Name ?? row.ClientId;
                change.Record(access?.Id ?? AuditChain.Installation, new(
                    AuditCategory.Tokens, state == DeviceCodeState.Approved ? "device.approved" : "device.denied", new(FeedSubject.Device, row.ClientId, name),
                    Details: JsonSerializer.Serialize(new Dictionary<string, string?> { ["scope"] = row.Scope, ["resource"] = row.Resource, ["asked_from"] = row.Address })));
                return default(Unit);
            },
            cancellationToken);
    }
}
