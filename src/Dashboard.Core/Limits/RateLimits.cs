using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Limits;

/// <summary>All limits of how often something may be done, as the settings under <c>RateLimits</c> have them. They hold for each node by itself.</summary>
public sealed class RateLimits
{
    /// <summary>The most keys with a limit of their own that are counted at a time. There are more only in one node's last minutes, so those not asked for go.</summary>
    const int MostKeys = 100_000;

    readonly MinuteWindows<string> keys;
    readonly MinuteWindows<string> guesses;
    readonly int userCodes;

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="SettingException">One of them cannot be used.</exception>
    public RateLimits(IConfiguration configuration, TimeProvider time)
    {
        var options = SettingsBinder.Read<RateLimitOptions>(configuration);
        keys = new(MostKeys, beyond: true, time);
        guesses = new(MostKeys, beyond: true, time);
        userCodes = options.UserCodeGuessesPerMinute;
        Refused = new(options.RefusedPerMinute, time);
        FailedSignIns = new(options.FailedSignInsPerMinute, time);
        FailedClients = new(options.FailedClientsPerMinute, time);
        Devices = new(options.DeviceRequestsPerMinute, time);
        Registrations = new(options.RegistrationsPerMinute, time);
    }

    /// <summary>Refused verifications by client: what is good is never counted and never turned away.</summary>
    public ClientLimits Refused { get; }

    /// <summary>Failed sign-ins by client, whatever accounts they are about. (Those of one account have a limit of their own, on all nodes.)</summary>
    public ClientLimits FailedSignIns { get; }

    /// <summary>OAuth clients that did not show who they are, and tokens that were revoked and are none.</summary>
    public ClientLimits FailedClients { get; }

    /// <summary>Requests of devices for a code.</summary>
    public ClientLimits Devices { get; }

    /// <summary>Clients that register themselves.</summary>
    public ClientLimits Registrations { get; }

    /// <summary>Counts a user code that a person typed (RFC 8628 section 5.1).</summary>
    /// <param name="personId">The person.</param>
    /// <returns>How long to wait; null where it may be tried.</returns>
    public TimeSpan? TakeUserCode(string personId) => guesses.Take(personId, userCodes);

    /// <summary>Counts a request with a key that has a limit of its own.</summary>
    /// <param name="keyId">The key.</param>
    /// <param name="perMinute">Its limit.</param>
    /// <returns>How long to wait; null where it may pass.</returns>
    public TimeSpan? Take(string keyId, int perMinute) => keys.Take(keyId, perMinute);

    /// <summary>Counts a refused request by its client, unless its address may speak for many clients.</summary>
    /// <param name="refusal">Why it was refused. A missing credential and an outage are not counted.</param>
    /// <param name="caller">What is known of the request.</param>
    /// <returns>How long to wait, or null below the limit.</returns>
    public TimeSpan? TakeRefused(RefusalCode refusal, CallerContext? caller) =>
        refusal is RefusalCode.MissingCredential or RefusalCode.VerificationUnavailable || caller is not { IsProxyAddress: false } ? null : Refused.Take(caller.Address);
}
