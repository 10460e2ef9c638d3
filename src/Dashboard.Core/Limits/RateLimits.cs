using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Limits;

/// <summary>The rate limits that the <c>RateLimits</c> settings configure. Each node applies them by itself.</summary>
public sealed class RateLimits
{
    /// <summary>The capacity for keys that have their own limit. One node seldom sees more in 2 minutes, and unused windows are
    /// removed.</summary>
    const int MaxKeys = 100_000;

    readonly MinuteWindows<string> keys;
    readonly MinuteWindows<string> guesses;
    readonly MinuteWindows<string> tokens;
    readonly MinuteWindows<string> invitations;
    readonly int userCodes;
    readonly int invitationsPerMinute;
    readonly int tokensPerMinute;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A setting is not valid.</exception>
    public RateLimits(IConfiguration configuration, TimeProvider time)
    {
        var options = SettingsBinder.Read<RateLimitOptions>(configuration);
        keys = new(MaxKeys, exceedCapacity: true, time);
        guesses = new(MaxKeys, exceedCapacity: true, time);
        tokens = new(MaxKeys, exceedCapacity: true, time);
        invitations = new(MaxKeys, exceedCapacity: true, time);
        invitationsPerMinute = options.InvitationsPerMinute;
        userCodes = options.UserCodeGuessesPerMinute;
        tokensPerMinute = SettingsBinder.Read<TokenLimitOptions>(configuration).TokensPerMinute;
        Refused = new(options.RefusedPerMinute, time);
        FailedSignIns = new(options.FailedSignInsPerMinute, time);
        FailedClients = new(options.FailedClientsPerMinute, time);
        Devices = new(options.DeviceRequestsPerMinute, time);
        Registrations = new(options.RegistrationsPerMinute, time);
        AccountRegistrations = new(options.AccountRegistrationsPerMinute, time);
        AccountMails = new(options.AccountMailsPerMinute, time);
    }

    /// <summary>Refused verifications by client. Valid credentials are never counted or limited.</summary>
    public ClientLimits Refused { get; }

    /// <summary>Failed sign-ins by client, across accounts. The failures of one account have a separate limit that all nodes
    /// share.</summary>
    public ClientLimits FailedSignIns { get; }

    /// <summary>Failed OAuth client authentications, and revocations of tokens that do not exist.</summary>
    public ClientLimits FailedClients { get; }

    /// <summary>Device authorization requests.</summary>
    public ClientLimits Devices { get; }

    /// <summary>Client registrations.</summary>
    public ClientLimits Registrations { get; }

    /// <summary>Requests for an account.</summary>
    public ClientLimits AccountRegistrations { get; }

    /// <summary>Requests of strangers for mail that opens an account, by client.</summary>
    public ClientLimits AccountMails { get; }

    /// <summary>Counts an attempt of a person to enter a user code (RFC 8628 section 5.1).</summary>
    /// <returns>How long to wait, or null if the attempt is allowed.</returns>
    public TimeSpan? TakeUserCode(string personId) => guesses.Take(personId, userCodes);

    /// <summary>Counts an invitation that a person sends.</summary>
    /// <returns>How long to wait, or null if it is allowed.</returns>
    public TimeSpan? TakeInvitation(string personId) => invitationsPerMinute == 0 ? null : invitations.Take(personId, invitationsPerMinute);

    /// <summary>Counts an access token of a service account.</summary>
    /// <returns>How long to wait, or null if the token is allowed.</returns>
    public TimeSpan? TakeToken(string serviceAccountId) => tokensPerMinute == 0 ? null : tokens.Take(serviceAccountId, tokensPerMinute);

    /// <summary>Counts a request with a key that has its own limit.</summary>
    /// <param name="perMinute">The limit of the key.</param>
    /// <returns>How long to wait, or null if the request is allowed.</returns>
    public TimeSpan? Take(string keyId, int perMinute) => keys.Take(keyId, perMinute);

    /// <summary>Returns how long a key with its own limit must wait, or null if it need not. Counts nothing.</summary>
    public TimeSpan? Waits(string keyId, int perMinute) => keys.Waits(keyId, perMinute);

    /// <summary>Counts a refused request by its client, unless its address may speak for many clients.</summary>
    /// <param name="refusal">Why it was refused. A missing credential and an outage are not counted.</param>
    /// <param name="caller">What is known of the request.</param>
    /// <returns>How long to wait, or null below the limit.</returns>
    public TimeSpan? TakeRefused(RefusalCode refusal, CallerContext? caller) =>
        refusal is RefusalCode.MissingCredential or RefusalCode.VerificationUnavailable
            || caller is not { IsProxyAddress: false } ? null : Refused.Take(caller.Address);
}
