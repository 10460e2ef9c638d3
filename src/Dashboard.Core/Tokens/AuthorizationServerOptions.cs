namespace Dashboard.Core.Tokens;

/// <summary>The <c>OAuth</c> setting that hosts which only verify credentials read too.</summary>
[SettingsSection("OAuth")]
public sealed class AuthorizationServerOptions
{
    /// <summary>Whether Latchkey is an authorization server. If not, its endpoints do not exist and no access token is valid.</summary>
    public bool Enabled { get; init; } = true;
}
