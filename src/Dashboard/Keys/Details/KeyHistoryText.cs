using System.Globalization;
using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Core.Usage;
using Dashboard.Shared;

namespace Dashboard.Keys.Details;

/// <summary>A change of a key, as its page shows it.</summary>
/// <param name="Icon">Its shape, from <see cref="Icons"/>.</param>
/// <param name="Text">What happened: "Renamed from “backend”".</param>
/// <param name="By">Who did it.</param>
public sealed record KeyHistoryItem(DateTimeOffset At, string Icon, string Text, string By);

/// <summary>Turns entries of the audit log into sentences.</summary>
static class KeyHistoryText
{
    /// <summary>The most of a former name or note that is shown.</summary>
    const int MaxQuoted = 60;

    public static KeyHistoryItem Of(KeyHistoryEntry entry)
    {
        var (from, to) = (entry.Details.GetValueOrDefault("from"), entry.Details.GetValueOrDefault("to"));
        var (icon, text) = entry.Action switch
        {
            "key.created" => (Icons.Plus, "Created"),
            "key.imported" => (Icons.Plus, "Imported"),
            "key.renamed" => (Icons.Pencil, from is null ? "Renamed" : $"Renamed from “{Shortened(from)}”"),
            "key.switched_on" => (Icons.Power, "Enabled"),
            "key.switched_off" => (Icons.PowerOff, "Disabled"),
            "key.expiry_changed" => (Icons.Clock, Expiry(entry.Details.GetValueOrDefault("expires_at"))),
            "key.permissions_reduced" => (Icons.Minus, Removed(from, to)),
            "key.scope_reduced" =>
                (Icons.Minus, $"Lost access to {entry.Details.GetValueOrDefault("of") ?? "a resource"}, which was deleted"),
            "key.allowed_ips_changed" => (Icons.ShieldCheck, AllowList(from, to)),
            "key.rate_limit_changed" => (Icons.ChartColumn, RateLimit(to)),
            "key.note_changed" => (Icons.Pencil, from is null ? "Note added" : to is null ? "Note removed" : "Note changed"),
            "key.approved" => (Icons.Check, "Approved"),
            "key.revoked" => (Icons.Ban, Revoked(entry.Details)),
            var other => (Icons.Info, Words(other[(other.IndexOf('.', StringComparison.Ordinal) + 1)..])),
        };
        return new(entry.At, icon, text, entry.ActorName);
    }

    static string Expiry(string? at) =>
        DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var end)
            ? $"Expiry set to {TimeText.Date(end.AddTicks(-1))}"
            : "Expiry removed";

    static string Removed(string? from, string? to) =>
        Split(from).Except(Split(to), StringComparer.Ordinal).ToList() is { Count: > 0 } removed
        ? $"Permission{(removed.Count == 1 ? "" : "s")} {ListText.And(removed)} removed"
        : "Permissions reduced";

    static string AllowList(string? from, string? to)
    {
        var (before, after) = (Split(from), Split(to));
        return (after.Except(before, StringComparer.Ordinal).ToList(), before.Except(after, StringComparer.Ordinal).ToList()) switch
        {
            _ when after.Count == 0 => "Allow-list removed",
            ([var only], []) => $"{only} added to the allow-list",
            ([], [var only]) => $"{only} removed from the allow-list",
            _ when before.Count == 0 => $"Allow-list set to {after.Count} networks",
            (var added, []) => $"{added.Count} networks added to the allow-list",
            ([], var removed) => $"{removed.Count} networks removed from the allow-list",
            var (added, removed) => $"Allow-list changed: {added.Count} added, {removed.Count} removed",
        };
    }

    static string RateLimit(string? to) => int.TryParse(to, CultureInfo.InvariantCulture, out var limit)
        ? string.Create(CultureInfo.InvariantCulture, $"Rate limit set to {limit:N0} requests a minute")
        : "Rate limit removed";

    static string Revoked(IReadOnlyDictionary<string, string?> details) =>
        (details.GetValueOrDefault("because") ?? details.GetValueOrDefault("reason")) switch
        {
            null => "Revoked",
            "approval_rejected" => "Rejected",
            "organization_deleted" => "Revoked, because its organization was deleted",
            "project_deleted" => "Revoked, because its project was deleted",
            "resource_deleted" => "Revoked, because its last resource was deleted",
            "app_unpublished" => "Revoked, because its app was unpublished",
            "service_account_deleted" => "Revoked, because its service account was deleted",
            "self_revoke" => "Revoked by a holder of the key",
            var reason when RevocationReasons.All.Contains(reason, StringComparer.Ordinal) =>
                $"Revoked: {RevocationReasonInput.InWords(reason).ToLowerInvariant()}",
            var reason => $"Revoked: {Shortened(reason)}",
        };

    static List<string> Split(string? words) => [.. (words ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    static string Words(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');

    static string Shortened(string text) =>
        text.Length <= MaxQuoted ? text : $"{text[..(char.IsHighSurrogate(text[MaxQuoted - 1]) ? MaxQuoted - 1 : MaxQuoted)]}…";
}
