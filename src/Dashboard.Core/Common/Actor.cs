using System.Text.Json.Serialization;

namespace Dashboard.Core.Common;

/// <summary>What kind of thing acts or owns.</summary>
public enum PartyType
{
    /// <summary>A person who signs in.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>A non-human member of an organization.</summary>
    [JsonStringEnumMemberName("service_account")]
    ServiceAccount,

    /// <summary>A published app that minted a key for itself.</summary>
    [JsonStringEnumMemberName("app")]
    PublishedApp,

    /// <summary>An OAuth client that acts for itself.</summary>
    [JsonStringEnumMemberName("oauth_client")]
    OAuthClient,

    /// <summary>Latchkey itself, at the start or by a schedule.</summary>
    [JsonStringEnumMemberName("system")]
    System,

    /// <summary>Somebody who has not said or proved who they are.</summary>
    [JsonStringEnumMemberName("anonymous")]
    Anonymous,
}

/// <summary>Who acts, and from where. An argument of everything that changes something.</summary>
/// <param name="Type">What kind of thing acts.</param>
/// <param name="Id">Its identifier; a person's is <see cref="Organizations.DashboardUser"/>'s.</param>
/// <param name="Name">What people call it; the audit log keeps it as it was.</param>
/// <param name="Address">The client address that the request came from, or null where there is none.</param>
/// <param name="SessionId">The browser session it acts through, or null. A change through a session that has ended is refused.</param>
/// <param name="Token">The access token it acts through instead, or null. A change through one that no longer counts is refused.</param>
public sealed record Actor(PartyType Type, string Id, string Name, string? Address = null, string? SessionId = null, ActorToken? Token = null)
{
    /// <summary>Latchkey itself.</summary>
    public static Actor System { get; } = new(PartyType.System, "latchkey", "Latchkey");

    /// <summary>Somebody at <paramref name="address"/> who has not proved who they are.</summary>
    public static Actor Anonymous(string? address) => new(PartyType.Anonymous, "", "", address);
}

/// <summary>An access token that a member acts through, in its one organization: their others are not there.</summary>
/// <param name="Jti">The token's identifier.</param>
/// <param name="ClientId">The client that it was issued to.</param>
/// <param name="OrganizationId">The organization.</param>
public sealed record ActorToken(string Jti, string ClientId, long OrganizationId);
