using System.Globalization;

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

    /// <summary>Parses the value of a date field, <c>yyyy-MM-dd</c>.</summary>
    /// <returns>The day, or an error message.</returns>
    public static (DateOnly Day, string? Error) Read(string text, DateOnly today)
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
