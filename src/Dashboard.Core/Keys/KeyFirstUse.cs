namespace Dashboard.Core.Keys;

/// <summary>The first request that a key was accepted for, which pages show to confirm that a new key works.</summary>
public sealed class KeyFirstUse
{
    internal const int MaxMethodLength = 16;
    internal const int MaxPathLength = 200;

    /// <summary>The key.</summary>
    public required string KeyId { get; init; }

    /// <summary>When the request was made, UTC, in whole milliseconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The HTTP method, or null if it is not known.</summary>
    public string? Method { get; init; }

    /// <summary>The path without its query string, at most 200 characters, or null if it is not known.</summary>
    public string? Path { get; init; }

    /// <summary>The client's network (an IPv4 /24 or IPv6 /48), or null if it is not known.</summary>
    public string? Network { get; init; }

    /// <summary>A name from <see cref="ClientFamily"/>, or null if the request had no <c>User-Agent</c>.</summary>
    public string? Client { get; init; }

    /// <summary>Creates the record of a request. Omits an invalid method or path, and any path that contains a key.</summary>
    internal static KeyFirstUse Of(
        string keyId, DateTimeOffset at, CallerContext? facts, ReadOnlySpan<char> rawKey, KnownKeyTemplates shapes) => new()
        {
            KeyId = keyId,
            At = UtcMilliseconds.TruncateToMilliseconds(at),
            Method = facts?.Method is { Length: > 0 and <= MaxMethodLength } method
            && method.All(c => char.IsAsciiLetter(c) || c == '-') ? method : null,
            Path = PathOf(facts?.Path, rawKey, shapes),
            Network = CoarseNetwork.Of(facts?.Address).ToText(),
            Client = ClientFamily.Of(facts?.UserAgent),
        };

    static string? PathOf(string? path, ReadOnlySpan<char> rawKey, KnownKeyTemplates shapes)
    {
        if (path is null || !path.StartsWith('/') || path.AsSpan().Contains(rawKey, StringComparison.Ordinal))
        {
            return null;
        }

        var end = path.AsSpan().IndexOfAny('?', '#');
        var plain = end < 0 ? path : path[..end];
        if (plain.Any(char.IsControl) || KeyRules.HoldsKey(plain, shapes))
        {
            return null;
        }

        return plain.Length <= MaxPathLength ? plain
            : $"{plain.AsSpan(0, char.IsHighSurrogate(plain[MaxPathLength - 2]) ? MaxPathLength - 2 : MaxPathLength - 1)}…";
    }
}
