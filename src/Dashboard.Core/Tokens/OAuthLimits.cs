namespace Dashboard.Core.Tokens;

/// <summary>How long what clients send may be.</summary>
static class OAuthLimits
{
    /// <summary>The most characters of an address.</summary>
    public const int MaxUri = 500;

    /// <summary>The most addresses that a client registers.</summary>
    public const int MaxRedirectUris = 10;

    /// <summary>The most characters of a list of scopes.</summary>
    public const int MaxScope = 1000;
}
