namespace Dashboard.Core.Common;

/// <summary>The kinds of party that act or own something.</summary>
public enum PartyType
{
    /// <summary>A person who signs in.</summary>
    User,

    /// <summary>A non-human member of an organization.</summary>
    ServiceAccount,

    /// <summary>A published app, which owns its managed key.</summary>
    PublishedApp,

    /// <summary>An OAuth client that acts for itself.</summary>
    OAuthClient,

    /// <summary>Latchkey itself, at startup or on a schedule.</summary>
    System,

    /// <summary>A caller that has not authenticated.</summary>
    Anonymous,
}

/// <summary>Who acts, and from where. An argument of everything that changes something.</summary>
/// <param name="Type">What kind of thing acts.</param>
/// <param name="Id">Its identifier; a user's is that of the user's row.</param>
/// <param name="Name">What people call it; the audit log keeps it as it was.</param>
/// <param name="Address">The client address that the request came from, or null where there is none.</param>
/// <param name="SessionId">The browser session it acts through, or null. A change through a session that has ended is refused.</param>
/// <param name="Token">The access token it acts through instead, or null. A change through one that no longer counts is refused.</param>
public sealed record Actor(
    PartyType Type, string Id, string Name, string? Address = null, string? SessionId = null, ActorToken? Token = null)
{
    /// <summary>Latchkey itself.</summary>
    public static Actor System { get; } = new(PartyType.System, "latchkey", "Latchkey");

    /// <summary>A caller at <paramref name="address"/> that has not authenticated.</summary>
    public static Actor Anonymous(string? address) => new(PartyType.Anonymous, "", "", address);
}

/// <summary>The access token that a member acts through. It gives access to one of the member's organizations only.</summary>
/// <param name="Jti">The token's identifier.</param>
/// <param name="ClientId">The client that the token was issued to.</param>
public sealed record ActorToken(string Jti, string ClientId, long OrganizationId);

/// <summary>The names of <see cref="PartyType"/> values in responses and rows.</summary>
public static class PartyTypes
{
    /// <summary>Returns the name of <paramref name="type"/>: <c>user</c>, <c>service_account</c>, <c>app</c>, <c>oauth_client</c>,
    /// <c>system</c> or <c>anonymous</c>.</summary>
    public static string ToWireName(this PartyType type) => type switch
    {
        PartyType.User => "user",
        PartyType.ServiceAccount => "service_account",
        PartyType.PublishedApp => "app",
        PartyType.OAuthClient => "oauth_client",
        PartyType.System => "system",
        _ => "anonymous",
    };

    /// <summary>Returns the type whose name is <paramref name="word"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No type has that name.</exception>
    public static PartyType FromWireName(string word) => word switch
    {
        "user" => PartyType.User,
        "service_account" => PartyType.ServiceAccount,
        "app" => PartyType.PublishedApp,
        "oauth_client" => PartyType.OAuthClient,
        "system" => PartyType.System,
        "anonymous" => PartyType.Anonymous,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "Unknown party type."),
    };
}
