using System.ComponentModel.DataAnnotations;

namespace Dashboard.Auth;

/// <summary>The settings under <c>Limits</c> that bound open pages. Each node counts by itself; 0 is no limit.</summary>
[SettingsSection("Limits")]
sealed class CircuitLimitOptions
{
    const int Max = 1_000_000;

    /// <summary>Open pages of one session.</summary>
    [Range(0, Max)]
    public int CircuitsPerSession { get; init; } = 50;

    /// <summary>Open pages of one person, in all sessions.</summary>
    [Range(0, Max)]
    public int CircuitsPerPerson { get; init; } = 100;
}
