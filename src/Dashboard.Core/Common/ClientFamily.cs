namespace Dashboard.Core.Common;

/// <summary>Derives the family of a client from its <c>User-Agent</c>. None of the client's own text is kept, because it can contain
/// anything, even a key.</summary>
public static class ClientFamily
{
    /// <summary>A client that is not one of the known families.</summary>
    public const string Other = "other";

    /// <summary>Product names in <c>User-Agent</c> (RFC 9110 section 10.1.5). Specific names come before those that other clients also
    /// send.</summary>
    static readonly (string Product, string Family)[] Families =
    [
        ("curl", "curl"), ("Wget", "wget"), ("HTTPie", "HTTPie"), ("PostmanRuntime", "Postman"), ("insomnia", "Insomnia"), (
            "bruno-runtime", "Bruno"),
        ("python-requests", "python-requests"), ("python-httpx", "httpx"), ("aiohttp", "aiohttp"), ("Python-urllib", "urllib"), (
            "python-urllib3", "urllib3"),
        ("axios", "axios"), ("node-fetch", "node-fetch"), ("undici", "undici"), ("got", "got"),
        ("node", "Node.js"), ("Deno", "Deno"), ("Bun", "Bun"),
        ("Go-http-client", "Go"), ("okhttp", "OkHttp"), ("Apache-HttpClient", "Apache HttpClient"),
        ("Java-http-client", "Java"), ("Java", "Java"),
        ("GuzzleHttp", "Guzzle"), ("Faraday", "Faraday"), ("rest-client", "rest-client"), ("Ruby", "Ruby"),
        ("reqwest", "reqwest"), ("hyper", "hyper"),
        ("libwww-perl", "libwww-perl"), ("Dart", "Dart"), ("RestSharp", "RestSharp"), (".NET", ".NET"), ("WindowsPowerShell", "PowerShell"),
        ("PowerShell", "PowerShell"), ("k6", "k6"), ("Mozilla", "browser"), ("Opera", "browser"),
    ];

    /// <summary>Returns the family of a client.</summary>
    /// <param name="userAgent">The <c>User-Agent</c> header, or null.</param>
    /// <returns>One of a fixed set of names: <c>curl</c>, <c>python-requests</c>, <c>axios</c>, <c>Go</c>, <c>browser</c>, …,
    /// <see cref="Other"/>. Null if the header is missing or empty.</returns>
    public static string? Of(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
        {
            return null;
        }

        foreach (var (product, family) in Families)
        {
            if (Names(userAgent, product))
            {
                return family;
            }
        }

        return Other;
    }

    /// <summary>Returns whether <paramref name="product"/> is a complete product name in the header, not part of another.</summary>
    static bool Names(string userAgent, string product)
    {
        for (var at = userAgent.IndexOf(product, StringComparison.OrdinalIgnoreCase); at >= 0; at = userAgent.IndexOf(
            product, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + product.Length;
            if ((at == 0 || userAgent[at - 1] is ' ' or '(') && (end == userAgent.Length || userAgent[end] is '/' or ' ' or ';' or ')'))
            {
                return true;
            }
        }

        return false;
    }
}
