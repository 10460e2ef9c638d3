using Dashboard.Core.Data;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.Keys.Listing;

/// <summary>Narrows a list to keys by state, owner, expiry, use and permission. Null and false members filter nothing.</summary>
/// <param name="State">Only keys whose effective state is this one. <see cref="KeyState.Revoked"/> lists revoked keys and no
/// others.</param>
/// <param name="Mine">Only keys that the caller owns.</param>
/// <param name="ExpiringWithin">Only keys that still work and expire within this time.</param>
/// <param name="UnusedFor">Only keys that are at least this old and have not been used for this time, if ever.</param>
/// <param name="NeverUsed">Only keys that have never been used.</param>
/// <param name="Permission">Only keys that effectively have this permission.</param>
public sealed record KeyFilter(
    KeyState? State = null, bool Mine = false, TimeSpan? ExpiringWithin = null, TimeSpan? UnusedFor =
        null, bool NeverUsed = false, string? Permission = null)
{
    /// <summary>The longest time that a filter can look back or ahead.</summary>
    public static TimeSpan MaxTime { get; } = TimeSpan.FromDays(3650);

    /// <summary>No filter.</summary>
    public static KeyFilter None { get; } = new();

    /// <summary>Parses a number of days: <c>30d</c>. Returns null for anything else, and for more than <see cref="MaxTime"/>.</summary>
    public static TimeSpan? ParseDays(string? text) =>
        text is { Length: > 1 and <= 5 } && text[^1] == 'd' && text[0] != '0' && text[..^1].All(char.IsAsciiDigit)
        && TimeSpan.FromDays(int.Parse(text[..^1], System.Globalization.CultureInfo.InvariantCulture)) is var time
            && time <= MaxTime ? time : null;

    /// <summary>Validates what needs no database. Returns null if the filter is valid.</summary>
    internal Error? Check(PermissionCatalog catalog)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        KeyRules.Add(errors, "expiring_within", CheckTime(ExpiringWithin));
        KeyRules.Add(errors, "unused_for", CheckTime(UnusedFor));
        KeyRules.Add(errors, "permission", Permission is null ? null : KeyRules.CheckPermissions([Permission], catalog, withVerify: true));
        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    /// <summary>What a cursor of the list depends on.</summary>
    internal string?[] Parts =>
        [State?.ToWireName(), $"{Mine}", $"{ExpiringWithin?.Ticks}", $"{UnusedFor?.Ticks}", $"{NeverUsed}", Permission];

    /// <summary>Applies the filter. Conditions on the order's own column become a range of its index; the others are checked row by
    /// row.</summary>
    internal IQueryable<ApiKey> Apply(IQueryable<ApiKey> keys, DashboardContext context, Actor actor, DateTimeOffset now)
    {
        if (Mine)
        {
            keys = keys.Where(key => key.OwnerType == actor.Type && key.OwnerId == actor.Id);
        }

        if (ExpiringWithin is { } ahead)
        {
            var latest = now + ahead;
            keys = keys.Where(key => key.State != KeyState.Revoked && key.ExpiryOrder > now && key.ExpiryOrder <= latest);
        }

        if (UnusedFor is { } back)
        {
            var latest = now - back;
            keys = keys.Where(key => key.LastUsedOrder <= latest && key.CreatedAt <= latest);
        }

        if (NeverUsed)
        {
            keys = keys.Where(key => key.LastUsedOrder == DateTimeOffset.UnixEpoch);
        }

        if (Permission is { } permission)
        {
            var word = $" {permission} ";
            keys = keys.Where(key => (" " + key.Permissions + " ").Contains(word)
                && (key.OwnerType != PartyType.ServiceAccount
                    || context.ServiceAccounts.Any(
                        account => account.Id == key.OwnerId && (" " + account.Permissions + " ").Contains(word))));
        }

        return ApplyState(keys, context, now);
    }

    /// <summary>The rule is that of <see cref="ApiKeyProjection.State"/>, in SQL.</summary>
    IQueryable<ApiKey> ApplyState(IQueryable<ApiKey> keys, DashboardContext context, DateTimeOffset now)
    {
        var working = context.ServiceAccounts.Where(account => account.DeletedAt == null && account.State == ServiceAccountState.Active);
        return State switch
        {
            null => keys,
            KeyState.Revoked => keys.Where(key => key.State == KeyState.Revoked),
            KeyState.Expired => keys.Where(key => key.State != KeyState.Revoked && key.ExpiryOrder <= now),
            KeyState.Active => keys.Where(key => key.State == KeyState.Active && key.ExpiryOrder > now
                && (key.OwnerType != PartyType.ServiceAccount || working.Any(account => account.Id == key.OwnerId
                    && (account.AllProjects
                        || context.ServiceAccountProjects.Any(x => x.ServiceAccountId == account.Id && x.ProjectId == key.ProjectId))))),
            _ => keys.Where(key => key.State != KeyState.Revoked && key.ExpiryOrder > now
                && (key.State == KeyState.Inactive
                    || (key.OwnerType == PartyType.ServiceAccount && !working.Any(account => account.Id == key.OwnerId
                    && (account.AllProjects
                        || context.ServiceAccountProjects.Any(x => x.ServiceAccountId == account.Id && x.ProjectId == key.ProjectId)))))),
        };
    }

    static string? CheckTime(TimeSpan? time) =>
        time is null || (time > TimeSpan.Zero && time <= MaxTime) ? null : "Use 1d to 3650d, a number of days.";
}
