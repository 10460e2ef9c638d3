using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Tokens;

/// <summary>Client ids that are the URL of the document that describes the client (client ID metadata documents).</summary>
public static class ClientAddresses
{
    /// <summary>What the id begins with under which such a client is stored: a URL is longer than an id.</summary>
    const string StoredPrefix = "latchkey-doc-";

    /// <summary>Returns whether a client id is such a URL: <c>https</c>, with a path that every server reads alike.</summary>
    public static bool IsOne(string clientId)
    {
        ArgumentNullException.ThrowIfNull(clientId);
        return clientId.StartsWith("https://", StringComparison.Ordinal) && clientId.Length <= OAuthLimits.MaxUri
            && clientId.All(c => c is > ' ' and < '\u007f' and not ('\\' or '"' or '<' or '>' or '#'))
            && Uri.TryCreate(clientId, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
                && uri.Host.Length is > 0 and <= Names.MaxLength
            && uri.AbsolutePath.Length > 1 && !RequestPath.IsAmbiguous(PathOf(clientId));
    }

    /// <summary>Returns whether an id is one that such a client is stored under, which no client shows.</summary>
    internal static bool IsStored(string clientId) => clientId.StartsWith(StoredPrefix, StringComparison.Ordinal);

    /// <summary>Returns the id that such a client is stored under.</summary>
    internal static string ToStored(string clientId) =>
        StoredPrefix + Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(clientId)));

    /// <summary>Returns the path as it was written.</summary>
    static string PathOf(string url) => url.IndexOf('/', "https://".Length) is > 0 and var slash ? url[slash..].Split('?')[0] : "/";
}
