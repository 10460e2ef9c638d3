namespace Dashboard.Core.Keys.Listing;

/// <summary>What a list of keys can be sorted by.</summary>
public enum KeySort
{
    /// <summary>When they were minted.</summary>
    CreatedAt,

    /// <summary>Their names, small and capital letters alike.</summary>
    Name,

    /// <summary>When they were last used; those that never were count as the oldest.</summary>
    LastUsedAt,

    /// <summary>When they expire; those that never do come last.</summary>
    ExpiresAt,
}

/// <summary>The words for <see cref="KeySort"/>.</summary>
public static class KeySorts
{
    /// <summary>Returns the word for <paramref name="sort"/>: <c>created_at</c>, <c>name</c>, <c>last_used_at</c> or
    /// <c>expires_at</c>.</summary>
    public static string ToWireName(this KeySort sort) => sort switch
    {
        KeySort.Name => "name",
        KeySort.LastUsedAt => "last_used_at",
        KeySort.ExpiresAt => "expires_at",
        _ => "created_at",
    };

    /// <summary>Reads a word that <see cref="ToWireName"/> writes. False for any other.</summary>
    /// <param name="word">The word, or null.</param>
    /// <param name="sort">What it stands for.</param>
    public static bool TryParse(string? word, out KeySort sort)
    {
        foreach (var known in Enum.GetValues<KeySort>())
        {
            if (known.ToWireName() == word)
            {
                sort = known;
                return true;
            }
        }

        sort = default;
        return false;
    }
}
