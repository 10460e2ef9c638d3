using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Changes;

/// <summary>The settings under <c>Sessions</c>. A duration is a number of seconds or has the format <c>hh:mm:ss</c>.</summary>
[SettingsSection("Sessions")]
public sealed class SessionOptions
{
    const int Day = 86_400;

    /// <summary>How long a session lasts without activity.</summary>
    [Range(300, 30 * Day)]
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long a session lasts at most.</summary>
    [Range(300, 365 * Day)]
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long a session that the browser keeps lasts without activity.</summary>
    [Range(300, 365 * Day)]
    public TimeSpan RememberedIdle { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a session that the browser keeps lasts at most.</summary>
    [Range(300, 365 * Day)]
    public TimeSpan RememberedLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a proof of presence counts.</summary>
    [Range(60, Day)]
    public TimeSpan Fresh { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Returns how long a session lasts without activity.</summary>
    /// <param name="remembered">Whether the browser keeps the session when it is closed.</param>
    public TimeSpan IdleOf(bool remembered) => remembered ? RememberedIdle : Idle;

    /// <summary>Returns how long a session lasts at most.</summary>
    /// <param name="remembered">Whether the browser keeps the session when it is closed.</param>
    public TimeSpan LifetimeOf(bool remembered) => remembered ? RememberedLifetime : Lifetime;
}
