namespace Dashboard.Core.Tokens;

/// <summary>The limits of OAuth parameters.</summary>
static class OAuthLimits
{
    /// <summary>The maximum length of a URI.</summary>
    public const int MaxUri = 500;

    /// <summary>The maximum number of redirect URIs of a client.</summary>
    public const int MaxRedirectUris = 10;

    /// <summary>The maximum length of a scope parameter.</summary>
    public const int MaxScope = 1000;
}
