using System.Globalization;

namespace Dashboard.Keys;

/// <summary>What can be chosen for the end of a new key.</summary>
public enum ExpiryChoice
{
    In30Days,
    In90Days,
    In365Days,
    OnDate,
    Never,
}

/// <summary>The ends of keys. People choose days, and a key's day is whole: it ends at 24:00 UTC.</summary>
static class KeyExpiry
{
    static readonly DateOnly Latest = new(2999, 12, 31);

    /// <summary>The moment that a day ends, UTC.</summary>
    public static DateTimeOffset EndOf(DateOnly day) => new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The last day of a choice that is so many days; null for one that is not.</summary>
    public static DateOnly? LastDay(ExpiryChoice choice, DateOnly today) => choice switch
    {
        ExpiryChoice.In30Days => today.AddDays(30),
        ExpiryChoice.In90Days => today.AddDays(90),
        ExpiryChoice.In365Days => today.AddDays(365),
        _ => null,
    };

    /// <summary>The words of a choice, with the day that it comes to.</summary>
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

    /// <summary>Reads the day that a date field gives, as <c>yyyy-MM-dd</c>.</summary>
    /// <returns>The day, or what is wrong with it and what to do.</returns>
    public static (DateOnly Day, string? Error) Read(string text, DateOnly today)
    {
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return (default, "Choose the last day that the key works on.");
        }

        return day < today ? (day, "This day is over. Choose today or a later one.")
            : day > Latest ? (day, "Choose a day before the year 3000, or Never.")
            : (day, null);
    }
}
