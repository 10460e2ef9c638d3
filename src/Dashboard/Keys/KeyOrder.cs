using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;

namespace Dashboard.Keys;

/// <summary>The order of a list of keys, as the address says it: <c>name</c>, or <c>-last_used_at</c> for the latest first.</summary>
public readonly record struct KeyOrder(KeySort By, bool Descending)
{
    /// <summary>Where nothing else is asked for: the newest first.</summary>
    public static KeyOrder Default { get; } = new(KeySort.CreatedAt, Descending: true);

    /// <summary>Reads what <see cref="ToWireName"/> writes; anything else is the default.</summary>
    public static KeyOrder Parse(string? word) =>
        word is { Length: > 0 } && KeySorts.TryParse(word[0] == '-' ? word[1..] : word, out var by) ? new(by, word[0] == '-') : Default;

    /// <summary>For the address.</summary>
    public string ToWireName() => Descending ? $"-{By.ToWireName()}" : By.ToWireName();

    /// <summary>For people, after "1 to 25 of 60 keys".</summary>
    public string InWords() => (By, Descending) switch
    {
        (KeySort.Name, false) => "by name",
        (KeySort.Name, true) => "by name, Z first",
        (KeySort.LastUsedAt, false) => "longest unused first",
        (KeySort.LastUsedAt, true) => "last used first",
        (KeySort.ExpiresAt, false) => "first to expire first",
        (KeySort.ExpiresAt, true) => "last to expire first",
        (_, false) => "oldest first",
        _ => "newest first",
    };
}
