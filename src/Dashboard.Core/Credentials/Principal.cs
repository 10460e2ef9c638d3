using Dashboard.Core.Keys;

namespace Dashboard.Core.Credentials;

/// <summary>The identity and rights of a verified credential.</summary>
/// <param name="KeyId">The key's public identifier, or the <c>jti</c> of an access token.</param>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Project"><c>organization/project</c>. An access token is valid for every project that its owner has access to; for it this
/// is the required project, or null.</param>
/// <param name="Environment">The environment of the key. An access token has none; for it this is the required environment, or
/// null.</param>
/// <param name="Permissions">The permissions. A permission of an access token that is limited to one kind of resource has the form
/// <c>permission:kind-in-plural</c>.</param>
/// <param name="Scope">The resources that the credential is limited to, as <c>kind:id</c>; null for all of its project.</param>
/// <param name="ExpiresAt">When the credential expires, UTC, or null.</param>
public sealed record Principal(
    string KeyId,
    string Organization,
    string? Project,
    KeyEnvironment? Environment,
    Party Owner,
    IReadOnlyList<string> Permissions,
    IReadOnlyList<string>? Scope,
    DateTimeOffset? ExpiresAt);

/// <summary>The environments whose keys are accepted.</summary>
[Flags]
public enum AcceptedEnvironments
{
    /// <summary>No keys.</summary>
    None = 0,

    /// <summary>Live keys.</summary>
    Live = 1,

    /// <summary>Test keys.</summary>
    Test = 2,

    /// <summary>All keys.</summary>
    Both = Live | Test,
}

/// <summary>What a request requires of a valid credential. Null members require nothing.</summary>
/// <param name="Environments">The accepted environments.</param>
/// <param name="Project">The required project as <c>organization/project</c>, by a current or past path. Either part may be
/// <see cref="Any"/>.</param>
/// <param name="Resource">The resource that the credential must have access to, as <c>kind:id</c>.</param>
/// <param name="Permission">The permission that the credential must have.</param>
public sealed record AccessRequirement(AcceptedEnvironments Environments = AcceptedEnvironments.Both,
    string? Project = null, string? Resource = null, string? Permission = null)
{
    /// <summary>Stands for any organization or any project. No slug has this value.</summary>
    public const string Any = "-";

    /// <summary>Requires nothing but a valid credential.</summary>
    public static AccessRequirement None { get; } = new();
}

/// <summary>The result of verifying a credential.</summary>
/// <param name="Principal">The principal, or null if the credential is refused.</param>
/// <param name="Refusal">The reason for a refusal, or null.</param>
/// <param name="KeyId">The key that was presented as a whole, even if it is refused; null for anything else.</param>
public sealed record Verdict(Principal? Principal, RefusalCode? Refusal, string? KeyId)
{
    /// <summary>How long to wait if the refusal is <see cref="RefusalCode.RateLimited"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Creates a refusal with <paramref name="code"/>.</summary>
    /// <param name="keyId">The key that was presented as a whole, or null.</param>
    public static Verdict Refused(RefusalCode code, string? keyId = null) => new(null, code, keyId);
}
