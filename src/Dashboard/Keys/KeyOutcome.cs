using System.Globalization;
using Dashboard.Core.Keys;
using Dashboard.Shared;

namespace Dashboard.Keys;

/// <summary>Says what a key will be able to do, before it is created.</summary>
static class KeyOutcome
{
    const int MaxNamed = 2;

    const string Verify = "verify keys of this organization";

    /// <summary>Returns "This key will be able to read all resources in Order Platform, live, until 27 Feb 2027." An incomplete form gives
    /// what it lacks.</summary>
    /// <param name="resources">The names of the resources; null for all.</param>
    /// <param name="lastDay">The last day on which it works; null for no expiry.</param>
    /// <param name="networks">The number of allowed networks; 0 for any address.</param>
    public static string Of(
        IReadOnlyList<string> permissions, IReadOnlyList<string>? resources, string project, KeyEnvironment environment, DateOnly? lastDay,
        int networks, int? requestsPerMinute)
    {
        if (permissions.Count == 0)
        {
            return "Without a permission this key will not be able to do anything.";
        }

        if (resources is { Count: 0 })
        {
            return "Without a resource this key will not be able to do anything.";
        }

        var verbs = permissions.Where(name => name != PermissionCatalog.Verify).ToList();
        var what = resources is null ? $"all resources in {project}"
            : resources.Count <= MaxNamed ? $"{ListText.And(resources)} in {project}"
            : string.Create(CultureInfo.InvariantCulture, $"{resources.Count:N0} resources in {project}");
        var able = verbs.Count == 0 ? Verify
            : $"{ListText.And(verbs)} {what}{(verbs.Count < permissions.Count ? $", and to {Verify}" : "")}";
        var until = lastDay is { } day ? $"until {day.ToString("d MMM yyyy", CultureInfo.InvariantCulture)}" : "until it is revoked";
        var from = networks switch { 0 => "", 1 => ", from 1 network", _ => $", from {networks} networks" };
        var rate = requestsPerMinute is { } limit
            ? string.Create(CultureInfo.InvariantCulture, $", at most {limit:N0} times a minute") : "";
        return $"This key will be able to {able}, {environment.ToWireName()}, {until}{from}{rate}.";
    }
}
