using System.Globalization;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;

namespace Dashboard.Audit;

/// <summary>A time that reaches from some time ago until now.</summary>
public enum AuditPeriod
{
    /// <summary>All times.</summary>
    Any,

    /// <summary>The last 24 hours.</summary>
    Day,

    /// <summary>The last 7 days.</summary>
    Week,

    /// <summary>The last 30 days.</summary>
    Month,

    /// <summary>The days that <see cref="AuditFilter.From"/> and <see cref="AuditFilter.To"/> name.</summary>
    Dates,
}

/// <summary>The filters of the audit log, as the address has them. Each of them but the period is also a parameter of <c>GET
/// /api/audit</c>.</summary>
/// <param name="Category">One of <see cref="AuditCategory"/>.</param>
/// <param name="Actor">The identifier of who acted.</param>
/// <param name="Target">The identifier of what it happened to.</param>
/// <param name="Succeeded">Whether it succeeded.</param>
/// <param name="Network">The network that it came from.</param>
/// <param name="Period">The time until now.</param>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day, UTC.</param>
public sealed record AuditFilter(
    string? Category = null, string? Actor = null, string? Target = null, bool? Succeeded = null, string? Network = null,
    AuditPeriod Period = AuditPeriod.Any, DateOnly? From = null, DateOnly? To = null)
{
    const string DayFormat = "yyyy-MM-dd";

    static readonly (AuditPeriod Period, string Word, TimeSpan Length, string Text)[] periods =
    [
        (AuditPeriod.Day, "24h", TimeSpan.FromHours(24), "Last 24 hours"),
        (AuditPeriod.Week, "7d", TimeSpan.FromDays(7), "Last 7 days"),
        (AuditPeriod.Month, "30d", TimeSpan.FromDays(30), "Last 30 days"),
    ];

    /// <summary>Everything.</summary>
    public static AuditFilter None { get; } = new();

    /// <summary>The periods to choose from.</summary>
    public static IEnumerable<(AuditPeriod Period, string Text)> Periods => periods.Select(period => (period.Period, period.Text));

    /// <summary>The query parameters of a page's address.</summary>
    public IEnumerable<(string Name, string? Value)> ToQuery() =>
        [.. Shared(), ("period", periods.FirstOrDefault(period => period.Period == Period).Word), ("from", Day(From)), ("to", Day(To))];

    /// <summary>The query of an export of the same rows.</summary>
    /// <param name="now">The time that a period reaches to.</param>
    public string ToExportQuery(string organization, string format, DateTimeOffset now)
    {
        var asked = ToQuery(organization, now);
        IEnumerable<(string Name, string? Value)> all =
            [("format", format), ("organization", organization), .. Shared(), ("from", asked.From?.UtcDateTime.ToString("O")), (
                "to", asked.To?.UtcDateTime.ToString("O"))];
        return string.Join('&', all.Where(x => !string.IsNullOrEmpty(x.Value)).Select(x => $"{x.Name}={Uri.EscapeDataString(x.Value!)}"));
    }

    /// <summary>What Core is asked. A period begins with a whole hour or day, so that the next page continues the same list.</summary>
    /// <param name="now">The time that a period reaches to.</param>
    public AuditQuery ToQuery(string organization, DateTimeOffset now)
    {
        var from = From is { } first ? Midnight(first) : Period switch
        {
            AuditPeriod.Any or AuditPeriod.Dates => (DateTimeOffset?)null,
            AuditPeriod.Day =>
                new DateTimeOffset(now.UtcDateTime.Date.AddHours(now.UtcDateTime.Hour), TimeSpan.Zero) - TimeSpan.FromHours(24),
            _ => new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) - periods.First(period => period.Period == Period).Length,
        };
        return new(organization, Category, Actor, Target, Succeeded, Network, from, To is { } last
            && last < DateOnly.MaxValue ? Midnight(last.AddDays(1)) : null);
    }

    /// <summary>Reads the filters in an address, which anyone can write: what is not valid counts as omitted.</summary>
    public static AuditFilter Read(
        string? category, string? actor, string? target, string? outcome, string? network, string? period, string? from, string? to)
    {
        var (first, last) = (ParseDay(from), ParseDay(to));
        var filter = new AuditFilter(
            AuditCategory.All.FirstOrDefault(known => known == category), IdOf(actor), IdOf(target), AuditOutcomes.Parse(outcome),
            AuditQuery.IsNetwork(network) ? network : null);
        return first is not null || last is not null
            ? filter with { Period = AuditPeriod.Dates, From = first, To = last }
            : filter with { Period = periods.FirstOrDefault(known => known.Word == period).Period };
    }

    /// <summary>Parses a day; null for what is none.</summary>
    public static DateOnly? ParseDay(string? text) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>Writes a day as <see cref="ParseDay"/> reads it.</summary>
    public static string? Day(DateOnly? day) => day?.ToString(DayFormat, CultureInfo.InvariantCulture);

    IEnumerable<(string Name, string? Value)> Shared() =>
    [
        ("category", Category), ("actor", Actor), ("target", Target), (
            "outcome", Succeeded is { } succeeded ? AuditOutcomes.NameOf(succeeded) : null),
        ("network", Network),
    ];

    static string? IdOf(string? text) =>
        string.IsNullOrWhiteSpace(text) || text.Length > AuditQuery.MaxId || text.Any(char.IsControl) ? null : text.Trim();

    static DateTimeOffset Midnight(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
