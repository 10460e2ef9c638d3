using Dashboard.Core.ServiceAccounts;
using Dashboard.Shared;

namespace Dashboard.ServiceAccounts;

/// <summary>Creates the content of the secret dialog for service accounts.</summary>
static class ServiceAccountSecrets
{
    /// <summary>Returns the key and the client credentials of a new account.</summary>
    public static SecretReveal Of(IssuedServiceAccount issued) => new()
    {
        Title = "Save these credentials",
        Lead = $"{issued.Account.Name} is ready. The key and the client secret are shown only once.",
        Values =
        [
            new("API key", issued.Key.Secret.Reveal(), "the API key"),
            new("Client id", issued.Account.ClientId, null),
            new("Client secret", issued.Secret.Reveal(), "the client secret"),
        ],
        Snippets = host =>
        [
            new(".env", [new("LATCHKEY_API_KEY="), new(0), new("\nLATCHKEY_CLIENT_ID="), new(1), new("\nLATCHKEY_CLIENT_SECRET="), new(2)]),
            Token(host, id: 1, secret: 2),
        ],
        Loss = "You would have to revoke it on this account’s page and create another.",
        Leave = "I have saved them",
        KeyId = issued.Key.Key.KeyId,
    };

    /// <summary>Returns a new client secret of an account.</summary>
    public static SecretReveal Of(IssuedClientSecret issued) => new()
    {
        Title = "Save this client secret",
        Lead = $"A new client secret for {issued.Account.Name} is ready. This is the only time it is shown.",
        Values = [new("Client id", issued.Account.ClientId, null), new("Client secret", issued.Secret.Reveal(), "the client secret")],
        Snippets = host => [new(".env", [new("LATCHKEY_CLIENT_ID="), new(0), new("\nLATCHKEY_CLIENT_SECRET="), new(1)]),
        Token(host, id: 0, secret: 1)],
        Loss = "You would have to revoke it and add another.",
        Leave = "I have saved the secret",
    };

    /// <summary>Returns a curl command that gets a token (RFC 6749 section 4.4), with the secret in an environment variable.</summary>
    public static string TokenRequest(string host, string clientId) => string.Concat(
        Token(host, id: 0, secret: 1)
        .Parts.Select(part => part.Value switch { 0 => clientId, 1 => "$LATCHKEY_CLIENT_SECRET", _ => part.Text }));

    static Snippet Token(string host, int id, int secret) => new(
        "Get a token with curl",
        [new($"curl {host}oauth/token \\\n  -d grant_type=client_credentials \\\n  -d client_id="), new(id),
        new(" \\\n  -d client_secret="), new(secret)]);
}
