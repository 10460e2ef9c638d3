using System.Text.Json;

namespace Dashboard.Cli.Server;

/// <summary>The requests to the endpoints of OAuth that the command line makes.</summary>
static class OAuthRequests
{
    const string ClientId = "latchkey-cli";

    /// <summary>Asks for a code that a person approves (RFC 8628 section 3.1).</summary>
    public static async Task<JsonElement> AuthorizeDeviceAsync(
        this ServerClient server, string scope, string? resource, CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string> { ["client_id"] = ClientId, ["scope"] = scope };
        if (resource is not null)
        {
            fields["resource"] = resource;
        }

        var reply = await server.SendFormAsync("/oauth/device/authorize", fields, cancellationToken);
        return reply.Status == 404
            ? throw new Failure(ExitCode.Error,
                $"{server.Url.GetLeftPart(UriPartial.Authority)} has no Latchkey, or its authorization server is switched off.")
            : reply.EnsureOk().Json;
    }

    /// <summary>Exchanges the code for tokens (section 3.4).</summary>
    public static Task<Reply> PollAsync(
        this ServerClient server, string deviceCode, CancellationToken cancellationToken) => server.SendFormAsync(
        "/oauth/token",
        [new("client_id", ClientId), new("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), new("device_code", deviceCode)],
        cancellationToken);

    /// <summary>Exchanges a refresh token for the next tokens.</summary>
    public static Task<Reply> RefreshAsync(
        this ServerClient server, string refreshToken, CancellationToken cancellationToken) => server.SendFormAsync(
        "/oauth/token",
        [new("client_id", ClientId), new("grant_type", "refresh_token"), new("refresh_token", refreshToken)], cancellationToken);

    /// <summary>Gets a token with the credentials of a service account.</summary>
    public static Task<Reply> GetClientTokenAsync(
        this ServerClient server, string clientId, string clientSecret, string? scope, string? resource,
        CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string>
        {
            ["client_id"] = clientId,
            ["client_secret"] = clientSecret,
            ["grant_type"] = "client_credentials",
        };
        if (scope is not null)
        {
            fields["scope"] = scope;
        }

        if (resource is not null)
        {
            fields["resource"] = resource;
        }

        return server.SendFormAsync("/oauth/token", fields, cancellationToken);
    }

    /// <summary>Revokes a token. A refresh token ends its whole authorization.</summary>
    public static Task<Reply> RevokeAsync(this ServerClient server, string token, CancellationToken cancellationToken) =>
        server.SendFormAsync("/oauth/token/revoke", [new("token", token)], cancellationToken);
}
