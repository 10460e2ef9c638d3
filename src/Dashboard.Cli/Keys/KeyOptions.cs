using System.CommandLine;
using System.Globalization;

namespace Dashboard.Cli.Keys;

/// <summary>What several commands about keys take.</summary>
static class KeyOptions
{
    public static Option<string?> Environment(string description)
    {
        var option = new Option<string?>("--environment", "-e") { Description = description, HelpName = "live|test" };
        option.AcceptOnlyFromAmong("live", "test");
        return option;
    }

    public static Option<string[]> Permissions(string description) => new("--permission", "-p")
    {
        Description = description,
        HelpName = "permission",
    };

    /// <summary>Reads a time: RFC 3339, a date (its beginning in UTC), or a number of days from now.</summary>
    public static string? Expiry(string? text, TimeProvider time)
    {
        if (text is null)
        {
            return null;
        }

        if (text is [.. var number, 'd'] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            && days is >= 1 and <= 36500)
        {
            return Write(time.GetUtcNow().AddDays(days));
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Write(at)
            : throw new Failure(ExitCode.Usage, $"{text} is not a time. Use 90d, 2027-01-31 or 2027-01-31T12:00:00Z.");
    }

    static string Write(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
