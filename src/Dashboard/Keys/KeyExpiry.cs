using System.Globalization;
using Dashboard.Components;

namespace Dashboard.Keys;

/// <summary>The expiry options of a new key.</summary>
public enum ExpiryChoice
{
    In30Days,
    In90Days,
    In365Days,
    OnDate,
    Never,
}

/// <summary>Expiry dates of keys. A key expires at the end of its last day, at 24:00 UTC.</summary>
static class KeyExpiry
{
    const int MaxDays = 3650;

    static readonly DateOnly Latest = new(2999, 12, 31);

    /// <summary>Returns the end of a day, UTC.</summary>
    public static DateTimeOffset EndOf(DateOnly day) => new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>Returns the last day of a choice with a fixed number of days, and null otherwise.</summary>
    public static DateOnly? LastDay(ExpiryChoice choice, DateOnly today) => choice switch
    {
        ExpiryChoice.In30Days => today.AddDays(30),
        ExpiryChoice.In90Days => today.AddDays(90),
        ExpiryChoice.In365Days => today.AddDays(365),
        _ => null,
    };

    /// <summary>Returns the text of a choice, with its date.</summary>
    public static string InWords(ExpiryChoice choice, DateOnly today)
    {
        var day = LastDay(choice, today)?.ToString("d MMM yyyy", CultureInfo.InvariantCulture);
        return choice switch
        {
            ExpiryChoice.In30Days => $"In 30 days, on {day}",
            ExpiryChoice.In90Days => $"In 90 days, on {day}",
            ExpiryChoice.In365Days => $"In 365 days, on {day}",
            ExpiryChoice.OnDate => "On a date…",
            _ => "Never",
        };
    }

    /// <summary>Returns the choices, of which those that end later than allowed cannot be taken.</summary>
    /// <param name="latest">The last day that the organization allows, or null.</param>
    public static List<SelectOption<ExpiryChoice>> Options(DateOnly today, DateOnly? latest) =>
        [.. Enum.GetValues<ExpiryChoice>()
            .Select(choice => new SelectOption<ExpiryChoice>(choice, InWords(choice, today), !IsAllowed(choice, today, latest)))];

    /// <summary>Returns whether the organization allows a choice. A date is checked once it is known.</summary>
    public static bool IsAllowed(ExpiryChoice choice, DateOnly today, DateOnly? latest) =>
        latest is null || choice == ExpiryChoice.OnDate || LastDay(choice, today) <= latest;

    /// <summary>Returns the choice that ends after a number of days, or never.</summary>
    /// <returns>The choice, and the value of the date field if it needs one.</returns>
    public static (ExpiryChoice Choice, string Date) After(int? days, DateOnly today) => days switch
    {
        null => (ExpiryChoice.Never, ""),
        30 => (ExpiryChoice.In30Days, ""),
        90 => (ExpiryChoice.In90Days, ""),
        365 => (ExpiryChoice.In365Days, ""),
        { } other => (ExpiryChoice.OnDate, today.AddDays(other).ToString("O", CultureInfo.InvariantCulture)),
    };

    /// <summary>Parses what an address says of an expiry: a number of days, <c>never</c>, or <c>yyyy-MM-dd</c>.</summary>
    /// <returns>The choice, or null for anything else.</returns>
    public static (ExpiryChoice Choice, string Date)? Read(string text, DateOnly today) =>
        text == "never" ? After(null, today)
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            ? days is >= 1 and <= MaxDays ? After(days, today) : null
        : ReadDate(text, today) is { Error: null } ? (ExpiryChoice.OnDate, text) : null;

    /// <summary>Parses the value of a date field, <c>yyyy-MM-dd</c>.</summary>
    /// <returns>The day, or an error message.</returns>
    public static (DateOnly Day, string? Error) ReadDate(string text, DateOnly today)
    {
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return (default, "Choose an expiry date.");
        }

        return day < today ? (day, "This date has passed. Choose today or later.")
            : day > Latest ? (day, "Choose a date before the year 3000, or Never.")
            : (day, null);
    }
}
