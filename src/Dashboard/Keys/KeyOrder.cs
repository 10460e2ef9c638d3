using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;

namespace Dashboard.Keys;

/// <summary>The sort order of the key list, as encoded in the URL: <c>name</c>, or <c>-last_used_at</c> for descending.</summary>
public readonly record struct KeyOrder(KeySort By, bool Descending)
{
    /// <summary>The default order: newest first.</summary>
    public static KeyOrder Default { get; } = new(KeySort.CreatedAt, Descending: true);

    /// <summary>Parses the output of <see cref="ToWireName"/>. Anything else is the default.</summary>
    public static KeyOrder Parse(string? word) =>
        word is { Length: > 0 } && KeySorts.TryParse(word[0] == '-' ? word[1..] : word, out var by) ? new(by, word[0] == '-') : Default;

    /// <summary>Returns the order for the URL.</summary>
    public string ToWireName() => Descending ? $"-{By.ToWireName()}" : By.ToWireName();

    /// <summary>Returns the order as text, to follow "1 to 25 of 60 keys".</summary>
    public string InWords() => (By, Descending) switch
    {
        (KeySort.Name, false) => "by name",
        (KeySort.Name, true) => "by name, Z to A",
        (KeySort.LastUsedAt, false) => "longest unused first",
        (KeySort.LastUsedAt, true) => "most recently used first",
        (KeySort.ExpiresAt, false) => "soonest to expire first",
        (KeySort.ExpiresAt, true) => "latest to expire first",
        (_, false) => "oldest first",
        _ => "newest first",
    };
}
