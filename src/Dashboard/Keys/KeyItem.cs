using System.Text.Json.Serialization;
using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;

namespace Dashboard.Keys;

/// <summary>A key as the list shows it. Its size is bounded, so that a page of keys fits into the circuit's first message. There it is
/// encrypted, and so not compressed: what can be computed stays out.</summary>
public sealed record KeyItem(
    string KeyId,
    string Name,
    string Prefix,
    KeyEnvironment Environment,
    string Scope,
    string Permissions,
    PartyType OwnerType,
    string Owner,
    KeyState State,
    DateTimeOffset CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastUsedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ExpiresAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? RevokedAt,
    bool Changeable,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] KeySparkline? Usage = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Locked = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Pending = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Approvable = false)
{
    /// <summary>Why nobody can enable a key that is <see cref="Pending"/>.</summary>
    public const string PendingReason = "This key waits for the approval of an admin.";

    /// <summary>Why the user cannot enable a key that is <see cref="Locked"/>: an admin disabled it.</summary>
    public const string LockedReason = "An admin disabled this key. Only an admin can enable it.";

    /// <summary>How many permissions are named. The rest are counted.</summary>
    const int MaxNamed = 3;

    /// <summary>Keys that expire within this time get a notice.</summary>
    static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>Keys that have not been used for this time get a notice.</summary>
    static readonly TimeSpan IdleAfter = TimeSpan.FromDays(90);

    /// <summary>Creates a list item for a caller.</summary>
    public static KeyItem Of(KeySummary key, Actor actor, OrganizationRole role, PermissionCatalog catalog) => new(
        key.KeyId,
        key.Name,
        key.Prefix,
        key.Environment,
        InWords(key.Scope, catalog),
        InWords(key.Permissions),
        key.Owner.Type,
        key.Owner.Name,
        key.State,
        key.CreatedAt,
        key.LastUsedAt,
        key.ExpiresAt,
        key.RevokedAt,
        role.Can(MemberAction.ManageAllKeys)
            || (role.Can(MemberAction.CreateKeys) && (key.Owner.Type == PartyType.PublishedApp ? key.CreatedBy : key.Owner) is var owner
                && owner.Type == actor.Type && owner.Id == actor.Id),
        Locked: key.AwaitsApproval
            || (key is { State: KeyState.Inactive, Restrictions.Disabled: true } && !role.Can(MemberAction.ManageAllKeys)),
        Pending: key.AwaitsApproval,
        Approvable: key is { AwaitsApproval: true, State: KeyState.Inactive } && role.Can(MemberAction.ManageAllKeys)
            && (key.Owner.Type == PartyType.PublishedApp ? key.CreatedBy : key.Owner) is var applicant
            && (applicant.Type != actor.Type || applicant.Id != actor.Id));

    /// <summary>Whether the key belongs to a published app.</summary>
    [JsonIgnore]
    public bool Managed => OwnerType == PartyType.PublishedApp;

    /// <summary>Whether the user can select it, to change it with others.</summary>
    [JsonIgnore]
    public bool Selectable => Changeable && State != KeyState.Revoked;

    /// <summary>Returns a notice to show below the state: that the key expires soon or is unused. Null for none.</summary>
    public string? Notice(DateTimeOffset now) =>
        EndsSoon(now) ? $"Expires {TimeText.Relative(ExpiresAt!.Value, now)}"
        : State == KeyState.Active && now - (LastUsedAt ?? CreatedAt) >= IdleAfter ? "Unused for 90 days"
        : null;

    /// <summary>The text below the state if there is no notice: when the key expires, or since when it has been revoked or
    /// expired.</summary>
    [JsonIgnore]
    public string Hint => State switch
    {
        KeyState.Inactive when Pending => "Waits for an admin",
        KeyState.Revoked when RevokedAt is { } at => $"Since {TimeText.Date(at)}",
        KeyState.Expired when ExpiresAt is { } at => $"Since {TimeText.Date(at)}",
        _ when ExpiresAt is { } at => $"Until {TimeText.Date(at.AddTicks(-1))}", // the last day on which it works
        _ => "No expiry",
    };

    bool EndsSoon(DateTimeOffset now) => State is KeyState.Active or KeyState.Inactive && ExpiresAt - now < Soon;

    static string InWords(IReadOnlyList<string>? scope, PermissionCatalog catalog)
    {
        if (scope is null)
        {
            return "All resources";
        }

        return scope switch
        {
            [] => "No resources left",
            [var only] => only[(only.IndexOf(':', StringComparison.Ordinal) + 1)..],
            _ => string.Join(", ",
                from name in scope
                group name by name[..name.IndexOf(':', StringComparison.Ordinal)] into kind
                orderby catalog.ResourceKinds.Index().FirstOrDefault(known => known.Item == kind.Key).Index
                select $"{kind.Count()} {kind.Key}{(kind.Count() == 1 ? "" : "s")}"),
        };
    }

    /// <summary>Returns the first permissions and the number of others.</summary>
    internal static string InWords(IReadOnlyList<string> permissions, int max = MaxNamed) => permissions.Count <= max
        ? string.Join(' ', permissions)
        : $"{string.Join(' ', permissions.Take(max - 1))} +{permissions.Count - max + 1}";
}
