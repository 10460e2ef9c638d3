using System.Text;

namespace Dashboard.Core.OAuth;

/// <summary>What a request says of the client that sends it.</summary>
public sealed class PresentedClient
{
    PresentedClient(string? clientId, string? secret, bool byHeader) => (ClientId, Secret, ByHeader) = (clientId, secret, byHeader);

    /// <summary>The client id, or null where none is named.</summary>
    public string? ClientId { get; }

    /// <summary>Whether it came by <c>Authorization: Basic</c>.</summary>
    public bool ByHeader { get; }

    /// <summary>The secret, or null.</summary>
    internal string? Secret { get; }

    /// <summary>The parameters of client authentication by assertion (RFC 7521 section 4.2), which is not offered. They are refused by
    /// name: ignored, a client that believes it has authenticated would count as a public one.</summary>
    public static IReadOnlyList<string> Assertions { get; } = ["client_assertion", "client_assertion_type"];

    /// <summary>Reads it (RFC 6749 section 2.3.1): from the header or from the body, never from both.</summary>
    /// <param name="authorization">Every value of the header <c>Authorization</c>.</param>
    /// <param name="body">The body.</param>
    public static Result<PresentedClient> Read(IReadOnlyList<string?> authorization, OAuthParameters body)
    {
        if (Assertions.FirstOrDefault(name => body[name] is not null) is { } assertion)
        {
            return new OAuthError("invalid_client", $"{assertion} is not supported. Authenticate with a client secret.", 401);
        }

        const string scheme = "Basic ";
        var basic = authorization.Where(value => value?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true).ToList();
        if (basic.Count == 0)
        {
            return new PresentedClient(body["client_id"], body["client_secret"], byHeader: false);
        }

        var isRead = TryDecode(basic[0]![scheme.Length..].Trim(' '), out var id, out var secret);
        if (isRead && authorization.Count == 1 && id.Length + secret.Length == 0)
        {
            return new PresentedClient(body["client_id"], body["client_secret"], byHeader: false); // the header says nothing
        }

        if (authorization.Count > 1 || body["client_secret"] is not null)
        {
            return OAuthError.InvalidRequest("Show who the client is in one way, not in two.");
        }

        if (!isRead || id.Length == 0)
        {
            return OAuthError.InvalidClient;
        }

        return body["client_id"] is { } named && named != id
            ? OAuthError.InvalidRequest("The body names another client than the header.")
            : new PresentedClient(id, secret.Length > 0 ? secret : null, byHeader: true); // as empty in the body (RFC 6749 section 3.2)
    }

    /// <summary>Prints the client id.</summary>
    public override string ToString() => ClientId ?? "nobody";

    /// <summary>Base64 of <c>id:secret</c>, each of them form-encoded first.</summary>
    static bool TryDecode(string text, out string id, out string secret)
    {
        (id, secret) = ("", "");
        var bytes = new byte[text.Length];
        if (text.Length > 1000 || !Convert.TryFromBase64String(text, bytes, out var length))
        {
            return false;
        }

        var decoded = Encoding.UTF8.GetString(bytes, 0, length);
        if (decoded.IndexOf(':', StringComparison.Ordinal) is not (>= 0 and var colon))
        {
            return false;
        }

        (id, secret) = (Unescape(decoded[..colon]), Unescape(decoded[(colon + 1)..]));
        return true;
    }

    static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
