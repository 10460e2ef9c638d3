using Dashboard.Core.Keys;

namespace Dashboard.Core.Credentials;

/// <summary>What a verified credential becomes.</summary>
/// <param name="KeyId">The key's public identifier; of an access token its <c>jti</c>.</param>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Project"><c>organization/project</c>. An access token is good in all that its owner reaches: then it is the one that was asked about, or null.</param>
/// <param name="Environment">The environment it is bound to. An access token is bound to none: then it is the one that was asked about, or null.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="Permissions">What it may do. An access token's permission that is not for every kind of resource is there as <c>permission:kind-in-plural</c>.</param>
/// <param name="Scope">The resources it is narrowed to, as <c>kind:id</c>; null for all of its project.</param>
/// <param name="ExpiresAt">From when on it is refused, UTC, or null.</param>
public sealed record Principal(
    string KeyId,
    string Organization,
    string? Project,
    KeyEnvironment? Environment,
    Party Owner,
    IReadOnlyList<string> Permissions,
    IReadOnlyList<string>? Scope,
    DateTimeOffset? ExpiresAt);

/// <summary>The environments whose keys are taken.</summary>
[Flags]
public enum AcceptedEnvironments
{
    /// <summary>No key is.</summary>
    None = 0,

    /// <summary>Live keys are.</summary>
    Live = 1,

    /// <summary>Test keys are.</summary>
    Test = 2,

    /// <summary>Every key is.</summary>
    Both = Live | Test,
}

/// <summary>What a request is about, beyond carrying a good key. What is null is not asked.</summary>
/// <param name="Environments">The environments that the key may be bound to.</param>
/// <param name="Project"><c>organization/project</c> that the key must be of, by a present or past address; either may be <see cref="Any"/>.</param>
/// <param name="Resource"><c>kind:id</c> that the key must reach.</param>
/// <param name="Permission">The permission that the key must have.</param>
public sealed record AccessRequirement(AcceptedEnvironments Environments = AcceptedEnvironments.Both, string? Project = null, string? Resource = null, string? Permission = null)
{
    /// <summary>Stands for every organization, or every project. No slug is called so.</summary>
    public const string Any = "-";

    /// <summary>Nothing beyond a good key.</summary>
    public static AccessRequirement None { get; } = new();
}

/// <summary>The answer about a credential.</summary>
/// <param name="Principal">What it became, or null when it is refused.</param>
/// <param name="Refusal">Why it is refused, or null when it is not.</param>
/// <param name="KeyId">The key that was presented whole, also when it is refused; null for anything else.</param>
public sealed record Verdict(Principal? Principal, RefusalCode? Refusal, string? KeyId)
{
    /// <summary>How long to wait, where it is <see cref="RefusalCode.RateLimited"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Refused for <paramref name="code"/>.</summary>
    /// <param name="code">Why.</param>
    /// <param name="keyId">The key that was presented whole, or null.</param>
    public static Verdict Refused(RefusalCode code, string? keyId = null) => new(null, code, keyId);
}
