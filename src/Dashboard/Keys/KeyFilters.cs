using System.Globalization;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;

namespace Dashboard.Keys;

/// <summary>The filters of the key list, in addresses and in words.</summary>
static class KeyFilters
{
    /// <summary>The owner in an address.</summary>
    public const string Me = "me";

    /// <summary>The states to choose from. Revoked keys have a switch of their own.</summary>
    public static IReadOnlyList<KeyState> States { get; } = [KeyState.Active, KeyState.Inactive, KeyState.Expired];

    /// <summary>Soon to expire.</summary>
    public static TimeSpan Soon { get; } = TimeSpan.FromDays(30);

    /// <summary>Long unused.</summary>
    public static TimeSpan Long { get; } = TimeSpan.FromDays(90);

    /// <summary>Reads the state in an address; null if it is none.</summary>
    public static KeyState? State(string? text) =>
        Enum.GetValues<KeyState>().Where(state => state.ToWireName() == text).Cast<KeyState?>().FirstOrDefault();

    /// <summary>Writes a time as the address has it: <c>30d</c>.</summary>
    public static string? Days(TimeSpan? time) =>
        time is { } days ? string.Create(CultureInfo.InvariantCulture, $"{days.TotalDays:0}d") : null;

    /// <summary>Returns each part of a filter in words, and the filter without it.</summary>
    public static IEnumerable<(string Words, KeyFilter Without)> InWords(KeyFilter filter)
    {
        if (filter.State is { } state)
        {
            yield return (KeyStatus.Word(state), filter with { State = null });
        }

        if (filter.Mine)
        {
            yield return ("My keys", filter with { Mine = false });
        }

        if (filter.Permission is { } permission)
        {
            yield return ($"Permission {permission}", filter with { Permission = null });
        }

        if (filter.ExpiringWithin is { } ahead)
        {
            yield return (Expires(ahead), filter with { ExpiringWithin = null });
        }

        if (filter.UnusedFor is { } back)
        {
            yield return (Unused(back), filter with { UnusedFor = null });
        }

        if (filter.NeverUsed)
        {
            yield return ("Never used", filter with { NeverUsed = false });
        }
    }

    /// <summary>"Expires within 30 days".</summary>
    public static string Expires(TimeSpan time) => $"Expires within {InWords(time)}";

    /// <summary>"Unused for 90 days".</summary>
    public static string Unused(TimeSpan time) => $"Unused for {InWords(time)}";

    static string InWords(TimeSpan time) =>
        time.TotalDays == 1 ? "1 day" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} days");
}
