namespace Dashboard.Core.Keys;

/// <summary>A key that an actor may change, tracked.</summary>
/// <param name="Organization">The organization of the key's project.</param>
/// <param name="ManagesAll">Whether the actor manages the keys of others too.</param>
/// <param name="IsOwn">Whether the key is the actor's own.</param>
sealed record OwnKey(ApiKey Key, long Organization, bool ManagesAll, bool IsOwn)
{
    /// <summary>The key with the names of what it refers to, if they were read with it.</summary>
    public ApiKeyProjection? Row { get; init; }

    /// <summary>Whether what the actor sets on the key restricts its owner.</summary>
    public bool IsRestricting => ManagesAll && !IsOwn;
}

/// <summary>The restrictions that somebody who manages all keys set on another member's key. The owner can tighten but not loosen them. A
/// restriction ends when somebody who manages all keys loosens it.</summary>
static class KeyRestrictions
{
    const string AskAnAdmin = "Ask an admin of your organization.";

    /// <summary>Why a key that an admin disabled cannot be enabled by its owner.</summary>
    public const string Disabled = "An admin disabled this key, so only an admin can enable it. " + AskAnAdmin;

    /// <summary>Returns null if the actor may make the change, or else an <see cref="ErrorCode.Forbidden"/> that says what an admin
    /// set.</summary>
    public static Error? Check(OwnKey own, KeyPatch patch)
    {
        if (patch.State == KeyState.Active && own.Key.AwaitsApproval)
        {
            return own.ManagesAll ? new(ErrorCode.Conflict, "This key waits for approval. Approve or reject it instead.")
                : Error.Forbidden(KeyPolicies.Pending);
        }

        if (own.ManagesAll)
        {
            return null;
        }

        var key = own.Key;
        if (patch.State == KeyState.Active && key.DisabledByAdmin)
        {
            return Error.Forbidden(Disabled);
        }

        if (patch.Limits is { SetsAllowedIps: true, AllowedIps: var networks }
            && !IsWithin(KeyService.Stored(networks), key.AdminAllowedIps))
        {
            return Error.Forbidden(
                $"An admin limited this key to {key.AdminAllowedIps}. You can narrow the list but not widen it. {AskAnAdmin}");
        }

        return patch.Limits is { SetsRequestsPerMinute: true, RequestsPerMinute: var limit } && !IsWithin(limit, key.AdminRequestsPerMinute)
            ? Error.Forbidden(
                $"An admin limited this key to {key.AdminRequestsPerMinute} requests a minute. You can lower the limit but not raise it. {AskAnAdmin}")
            : null;
    }

    /// <summary>Returns whether the key in the new state is one that an admin disabled.</summary>
    public static bool IsDisabledByAdmin(OwnKey own, KeyState state) =>
        state == KeyState.Inactive && (own.IsRestricting || own.Key.DisabledByAdmin);

    /// <summary>Returns the list that the owner will be held to, or null for none.</summary>
    /// <param name="networks">The new list.</param>
    public static string? AllowedIpsAfter(OwnKey own, string? networks) =>
        own.IsRestricting ? networks : IsWithin(networks, own.Key.AdminAllowedIps) ? own.Key.AdminAllowedIps : null;

    /// <summary>Returns the limit that the owner will be held to, or null for none.</summary>
    /// <param name="limit">The new limit.</param>
    public static int? RequestsPerMinuteAfter(OwnKey own, int? limit) =>
        own.IsRestricting ? limit : IsWithin(limit, own.Key.AdminRequestsPerMinute) ? own.Key.AdminRequestsPerMinute : null;

    static bool IsWithin(string? networks, string? most) =>
        most is null || (AddressList.FromStored(networks) is { } list && AddressList.FromStored(most)!.Covers(list));

    static bool IsWithin(int? limit, int? most) => most is null || limit <= most;
}
