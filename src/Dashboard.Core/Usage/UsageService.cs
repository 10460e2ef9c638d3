using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Usage;

/// <summary>The filter and page of a usage list.</summary>
/// <param name="Project"><c>organization/project</c>; null if the caller has only one.</param>
/// <param name="KeyId">The key; null for all keys of the project.</param>
/// <param name="From">The earliest start of an hour; null for no limit.</param>
/// <param name="To">Hours start before this time; null for no limit.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
/// <param name="Limit">The page size, 1 to 200.</param>
public sealed record UsageQuery(
    string? Project = null, string? KeyId = null, DateTimeOffset? From = null, DateTimeOffset? To =
        null, string? Cursor = null, int Limit = Page.DefaultLimit);

/// <summary>The number of results with one outcome that a key had in one hour.</summary>
/// <param name="Hour">The start of the hour, UTC.</param>
/// <param name="Outcome"><see cref="KeyHour.Valid"/>, or the <c>code</c> of a refusal.</param>
/// <param name="Count">The number of results.</param>
public sealed record UsageSummary(string KeyId, DateTimeOffset Hour, string Outcome, long Count);

/// <summary>Reads the usage of keys.</summary>
public sealed class UsageService(IDbContextFactory<DashboardContext> contexts, TimeProvider time)
{
    /// <summary>Reads the last days of several keys, for the lines in a list.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="keyIds">The keys. One that the actor cannot see has no usage.</param>
    /// <param name="days">The number of days, today included.</param>
    /// <returns>For each key as many days as asked for, the oldest first and today last.</returns>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<UsageDay>>> DaysAsync(
        Actor actor, IReadOnlyList<string> keyIds, int days, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var memberships = context.MembershipsOf(actor);
        var visible = context.KeyDays.AsNoTracking().Where(row => context.Projects.Any(project =>
            project.Id == row.ProjectId && memberships.Any(member => member.OrganizationId == project.OrganizationId)));
        return await ReadDaysAsync(visible, keyIds, days, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Reads the last days of keys among <paramref name="rows"/>. The database adds the outcomes of a day.</summary>
    internal static async Task<IReadOnlyDictionary<string, IReadOnlyList<UsageDay>>> ReadDaysAsync(
        IQueryable<KeyDay> rows, IReadOnlyList<string> keyIds, int days, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = keyIds.Where(KeyRules.IsKeyId).Distinct(StringComparer.Ordinal).ToList();
        var today = DayOf(now);
        var from = new DateTimeOffset(today.AddDays(1 - days), TimeOnly.MinValue, TimeSpan.Zero);
        var limited = RefusalCode.RateLimited.ToWireName();
        var counted = ids.Count == 0 ? [] : (await rows.Where(row => ids.Contains(row.KeyId) && row.Day >= from)
            .GroupBy(row => new { row.KeyId, row.Day })
            .Select(group => new
            {
                group.Key.KeyId,
                group.Key.Day,
                Allowed = group.Sum(row => row.Outcome == KeyHour.Valid ? row.Count : 0),
                RateLimited = group.Sum(row => row.Outcome == limited ? row.Count : 0),
                All = group.Sum(row => row.Count),
            }).ToListAsync(cancellationToken))
            .ToDictionary(
                row => (row.KeyId, DayOf(row.Day)),
                row => new UsageDay(DayOf(row.Day), row.Allowed, row.All - row.Allowed - row.RateLimited, row.RateLimited));
        var dates = Enumerable.Range(0, days).Select(day => today.AddDays(1 - days + day)).ToList();
        return keyIds.Distinct(StringComparer.Ordinal).ToDictionary(
            id => id,
            IReadOnlyList<UsageDay> (id) => [.. dates.Select(day => counted.GetValueOrDefault((id, day)) ?? new(day, 0, 0, 0))],
            StringComparer.Ordinal);
    }

    /// <summary>Lists the usage of a project's keys by hour, newest first. The last seconds are not included yet.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="query">The filter and page. A cursor is valid only for the filter that it came from.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<Page<UsageSummary>>> ListAsync(Actor actor, UsageQuery query, CancellationToken cancellationToken)
    {
        if (Page.Check(query.Limit) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await context.ResolveProjectAsync(actor, query.Project, cancellationToken);
        if (project.Error is { } missing)
        {
            return missing;
        }

        var projectId = project.Value.ProjectId;
        string?[] filter =
            ["usage", $"{projectId}", query.KeyId, $"{query.From?.ToUnixTimeMilliseconds()}", $"{query.To?.ToUnixTimeMilliseconds()}"];
        var cursor = Cursor.Read(query.Cursor, filter);
        if (cursor.Error is { } foreign)
        {
            return foreign;
        }

        if (query.KeyId is not null && !KeyRules.IsKeyId(query.KeyId))
        {
            return new Page<UsageSummary>([], null); // no key can have this identifier
        }

        var rows = await Select(context.KeyHours.AsNoTracking().Where(row => row.ProjectId == projectId), query, cursor.Value)
            .OrderByDescending(row => row.Hour).ThenByDescending(row => row.KeyId).ThenByDescending(row => row.Outcome)
            .Take(query.Limit + 1).Select(row => new UsageSummary(row.KeyId, row.Hour, row.Outcome, row.Count))
                .ToListAsync(cancellationToken);
        return Cursor.Cut(rows, query.Limit, row => row, row => new(row.Hour, $"{row.KeyId}/{row.Outcome}"), filter);
    }

    static DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);

    static IQueryable<KeyHour> Select(IQueryable<KeyHour> rows, UsageQuery query, Cursor? after)
    {
        if (query.KeyId is { } key)
        {
            rows = rows.Where(row => row.KeyId == key);
        }

        if (query.From is { } from)
        {
            rows = rows.Where(row => row.Hour >= from);
        }

        if (query.To is { } to)
        {
            rows = rows.Where(row => row.Hour < to);
        }

        if (after is { } last && last.Id.Split('/') is [var id, var outcome])
        {
            var hour = last.At;
            rows = rows.Where(row => row.Hour < hour
                || (row.Hour == hour
                    && (string.Compare(row.KeyId, id) < 0 || (row.KeyId == id && string.Compare(row.Outcome, outcome) < 0))));
        }

        return rows;
    }
}
