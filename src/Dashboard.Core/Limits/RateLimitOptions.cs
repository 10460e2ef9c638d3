using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Limits;

/// <summary>The settings under <c>RateLimits</c>. They hold for each node by itself; 0 is no limit.</summary>
[SettingsSection("RateLimits")]
public sealed class RateLimitOptions
{
    const int Max = 10_000_000;

    /// <summary>Refused verifications of one client in a minute, then 429.</summary>
    [Range(0, Max)]
    public int RefusedPerMinute { get; init; } = 600;

    /// <summary>Failed sign-ins and wrong set-up codes from one address in a minute, whatever the account.</summary>
    [Range(0, Max)]
    public int FailedSignInsPerMinute { get; init; } = 60;

    /// <summary>OAuth clients of one address in a minute that did not authenticate.</summary>
    [Range(0, Max)]
    public int FailedClientsPerMinute { get; init; } = 60;

    /// <summary>Devices of one address in a minute that ask for a code.</summary>
    [Range(0, Max)]
    public int DeviceRequestsPerMinute { get; init; } = 60;

    /// <summary>OAuth clients of one address in a minute that register themselves.</summary>
    [Range(0, Max)]
    public int RegistrationsPerMinute { get; init; } = 20;

    /// <summary>Requests from one address in a minute for mail that opens an account, such as a link for a forgotten password.</summary>
    [Range(0, Max)]
    public int AccountMailsPerMinute { get; init; } = 10;

    /// <summary>Device codes that one person may try in a minute.</summary>
    [Range(1, Max)]
    public int UserCodeGuessesPerMinute { get; init; } = 10;
}
