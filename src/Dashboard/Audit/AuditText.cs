using System.Text.Json;
using Dashboard.Components;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;

namespace Dashboard.Audit;

/// <summary>A part of a row's details in words.</summary>
/// <param name="Name">"Expires at".</param>
/// <param name="Value">Its value.</param>
public sealed record AuditFact(string Name, string Value);

/// <summary>Rows of the audit log in words.</summary>
static class AuditText
{
    /// <summary>The actions whose names do not say it well enough.</summary>
    static readonly Dictionary<string, string> actions = new(StringComparer.Ordinal)
    {
        ["audit.key_changed"] = "Audit key changed",
        ["audit.pruned"] = "Old rows pruned",
        ["authorization.approved"] = "App connected",
        ["authorization.ended"] = "App disconnected",
        ["change.refused"] = "Change",
        ["client.refused"] = "Client sign-in",
        ["device.approved"] = "Device approved",
        ["key.allowed_ips_changed"] = "Allow-list changed",
        ["key.expiry_changed"] = "Key expiry changed",
        ["key.note_changed"] = "Key note changed",
        ["key.permissions_reduced"] = "Key permissions reduced",
        ["key.rate_limit_changed"] = "Rate limit changed",
        ["key.scope_reduced"] = "Key scope reduced",
        ["key.switched_off"] = "Key disabled",
        ["key.switched_on"] = "Key enabled",
        ["limit.reached"] = "Limit reached",
        ["service_account.secret_added"] = "Client secret added",
        ["service_account.secret_removed"] = "Client secret removed",
        ["session.confirmation_refused"] = "Proof of presence",
        ["session.confirmed"] = "Proof of presence",
        ["session.ended"] = "Session ended",
        ["session.refused"] = "Sign-in",
        ["session.started"] = "Sign-in",
    };

    static readonly Dictionary<string, string> reasons = new(StringComparer.Ordinal)
    {
        ["app_limit_reached"] = "Limit of published apps",
        ["cross_site"] = "From another site",
        ["failed_clients"] = "Too many failed clients",
        ["failed_sign_ins"] = "Too many failed sign-ins",
        ["forbidden"] = "Role too low",
        ["invalid_client"] = "Wrong client secret",
        ["key_limit_reached"] = "Key limit of the project",
        ["member_limit_reached"] = "Limit of members",
        ["not_found"] = "Not there, or not theirs",
        ["organization_limit_reached"] = "Limit of organizations",
        ["rate_limited"] = "Too many requests",
        ["resource_limit_reached"] = "Limit of resources",
        ["service_account_limit_reached"] = "Limit of service accounts",
        ["session_required"] = "Session had ended",
    };

    /// <summary>The categories to choose from.</summary>
    public static IReadOnlyList<SelectOption<string>> Categories { get; } =
    [
        new("", "All categories"), new(AuditCategory.Auth, "Sign-in"), new(AuditCategory.Keys, "Keys"), new(
            AuditCategory.ServiceAccounts, "Service accounts"),
        new(AuditCategory.Members, "Members"), new(AuditCategory.Tokens, "Tokens"), new(AuditCategory.Settings, "Settings"),
    ];

    /// <summary>"Key created".</summary>
    public static string Of(string action) => actions.GetValueOrDefault(action) ?? Words(action);

    /// <summary>"Done" or "Refused".</summary>
    public static string Outcome(bool succeeded) => succeeded ? "Done" : "Refused";

    /// <summary>The name of who acted.</summary>
    public static string NameOf(AuditActor actor) => actor switch
    {
        { Name.Length: > 0 } => actor.Name,
        { Id.Length: > 0 } => actor.Id,
        _ => "Not signed in",
    };

    /// <summary>The name of what it happened to.</summary>
    public static string NameOf(AuditTarget target) => target.Name.Length > 0 ? target.Name : target.Id;

    /// <summary>Returns whether people recognize the identifier of such a target.</summary>
    public static bool HasReadableId(string targetType) => targetType is not ("user" or "network" or "audit_key" or "session");

    /// <summary>The picture in place of initials, for what is no person.</summary>
    public static string? IconOf(string actorType) => actorType switch
    {
        "user" => null,
        "service_account" => Icons.Bot,
        "app" => Icons.AppWindow,
        "oauth_client" => Icons.Plug,
        "system" => Icons.Settings,
        _ => Icons.User,
    };

    /// <summary>The page of what a row is about, or null where it has none.</summary>
    public static string? PageOf(AuditTarget target, string organization) => target.Type switch
    {
        "service_account" => $"/{organization}/service-accounts/{Uri.EscapeDataString(target.Id)}",
        _ => null,
    };

    /// <summary>Why something was refused, or null if the row does not say.</summary>
    public static string? ReasonOf(string details) =>
        Read(details).FirstOrDefault(member => member.Name == "reason") is { Name: not null, Value.ValueKind: JsonValueKind.String } reason
            ? reasons.GetValueOrDefault(reason.Value.GetString()!) ?? Words(reason.Value.GetString()!)
            : null;

    /// <summary>What a change was from and to; null for what is neither.</summary>
    public static (string From, string To)? ChangeOf(string details)
    {
        var members = Read(details).Where(member => member.Name is "from" or "to")
            .ToDictionary(member => member.Name, member => Text(member.Value), StringComparer.Ordinal);
        return members.Count == 0 ? null : (members.GetValueOrDefault("from") ?? "", members.GetValueOrDefault("to") ?? "");
    }

    /// <summary>Everything else that the details hold.</summary>
    public static IReadOnlyList<AuditFact> FactsOf(string details) =>
        [.. Read(details).Where(member => member.Name is not ("from" or "to") && Text(member.Value).Length > 0)
            .Select(member => new AuditFact(Words(member.Name), Text(member.Value)))];

    static IEnumerable<(string Name, JsonElement Value)> Read(string details)
    {
        using var document = Parse(details);
        return document?.RootElement.ValueKind == JsonValueKind.Object
            ? [.. document.RootElement.EnumerateObject().Select(member => (member.Name, member.Value.Clone()))]
            : [];
    }

    /// <summary>Details that somebody altered may be no JSON. The page must be able to show them all the same.</summary>
    static JsonDocument? Parse(string details)
    {
        try
        {
            return JsonDocument.Parse(details);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.True => "Yes",
        JsonValueKind.False => "No",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Text)),
        _ => value.GetRawText(),
    };

    static string Words(string name)
    {
        var text = name.Replace('.', ' ').Replace('_', ' ');
        return text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
    }
}
