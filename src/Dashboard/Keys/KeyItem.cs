using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Ui;

namespace Dashboard.Keys;

/// <summary>A key as the list shows it: short enough to go from the prerendered page to its circuit, whatever the key is narrowed to.</summary>
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
    DateTimeOffset? LastUsedAt,
    string? LastUsedFrom,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    bool Changeable)
{
    /// <summary>So many permissions are named; of more, the rest is counted.</summary>
    const int MaxNamed = 3;

    /// <summary>A key that ends sooner wants notice.</summary>
    static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>So does one that nobody has used for so long.</summary>
    static readonly TimeSpan IdleAfter = TimeSpan.FromDays(90);

    /// <summary>A key as <paramref name="actor"/> sees it.</summary>
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
        key.LastUsedFrom,
        key.ExpiresAt,
        key.RevokedAt,
        role.Can(MemberAction.ManageAllKeys) || (role.Can(MemberAction.CreateKeys) && (key.Owner.Type == PartyType.PublishedApp ? key.CreatedBy : key.Owner) is var own
            && own.Type == actor.Type && own.Id == actor.Id));

    /// <summary>Whether a published app minted it for itself.</summary>
    public bool Managed => OwnerType == PartyType.PublishedApp;

    /// <summary>What wants notice about it and stands below the state then: that it ends soon, or that nobody uses it. Null for nothing.</summary>
    public string? Notice(DateTimeOffset now) =>
        EndsSoon(now) ? $"Expires {TimeText.Relative(ExpiresAt!.Value, now)}"
        : State == KeyState.Active && now - (LastUsedAt ?? CreatedAt) >= IdleAfter ? "Unused 90 days"
        : null;

    /// <summary>What stands there else: until when it holds, or since when.</summary>
    public string Hint => State switch
    {
        KeyState.Revoked when RevokedAt is { } at => $"Since {TimeText.Date(at)}",
        KeyState.Expired when ExpiresAt is { } at => $"Since {TimeText.Date(at)}",
        _ when ExpiresAt is { } at => $"Until {TimeText.Date(at.AddTicks(-1))}", // the last day that it works on
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
            [] => "No resource left",
            [var only] => only[(only.IndexOf(':', StringComparison.Ordinal) + 1)..],
            _ => string.Join(", ",
                from name in scope
                group name by name[..name.IndexOf(':', StringComparison.Ordinal)] into kind
                orderby catalog.ResourceKinds.Index().FirstOrDefault(known => known.Item == kind.Key).Index
                select $"{kind.Count()} {kind.Key}{(kind.Count() == 1 ? "" : "s")}"),
        };
    }

    /// <summary>The first of some permissions, and how many more there are: short enough for a row.</summary>
    internal static string InWords(IReadOnlyList<string> permissions, int most = MaxNamed) => permissions.Count <= most
        ? string.Join(' ', permissions)
        : $"{string.Join(' ', permissions.Take(most - 1))} +{permissions.Count - most + 1}";
}
