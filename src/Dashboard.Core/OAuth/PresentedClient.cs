using System.Text;

namespace Dashboard.Core.OAuth;

/// <summary>The client authentication in a request.</summary>
public sealed class PresentedClient
{
    PresentedClient(string? clientId, string? secret, bool byHeader) => (ClientId, Secret, ByHeader) = (clientId, secret, byHeader);

    /// <summary>The client id, or null if there is none.</summary>
    public string? ClientId { get; }

    /// <summary>Whether it was presented in <c>Authorization: Basic</c>.</summary>
    public bool ByHeader { get; }

    /// <summary>The secret, or null.</summary>
    internal string? Secret { get; }

    /// <summary>Reads the client authentication (RFC 6749 section 2.3.1) from the header or the body, but not both.</summary>
    /// <param name="authorization">All values of the <c>Authorization</c> header.</param>
    public static Result<PresentedClient> Read(IReadOnlyList<string?> authorization, OAuthParameters body)
    {
        const string scheme = "Basic ";
        var basic = authorization.Where(value => value?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true).ToList();
        if (basic.Count == 0)
        {
            return new PresentedClient(body["client_id"], body["client_secret"], byHeader: false);
        }

        if (authorization.Count > 1 || body["client_secret"] is not null)
        {
            return OAuthError.InvalidRequest("Use only one client authentication method.");
        }

        if (!TryDecode(basic[0]![scheme.Length..].Trim(' '), out var id, out var secret))
        {
            return OAuthError.InvalidClient;
        }

        return body["client_id"] is { } named && named != id
            ? OAuthError.InvalidRequest("The client_id in the body does not match the Authorization header.")
            : new PresentedClient(id, secret, byHeader: true);
    }

    /// <summary>Prints the client id.</summary>
    public override string ToString() => ClientId ?? "nobody";

    /// <summary>Decodes Base64 of <c>id:secret</c>, in which both parts are form-encoded.</summary>
    static bool TryDecode(string text, out string id, out string secret)
    {
        (id, secret) = ("", "");
        var bytes = new byte[text.Length];
        if (text.Length > 1000 || !Convert.TryFromBase64String(text, bytes, out var length))
        {
            return false;
        }

        var decoded = Encoding.UTF8.GetString(bytes, 0, length);
        if (decoded.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon))
        {
            return false;
        }

        (id, secret) = (Unescape(decoded[..colon]), Unescape(decoded[(colon + 1)..]));
        return true;
    }

    static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
