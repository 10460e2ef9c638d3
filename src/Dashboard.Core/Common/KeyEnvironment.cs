namespace Dashboard.Core.Common;

/// <summary>What a key is bound to from its minting on, for ever.</summary>
public enum KeyEnvironment
{
    /// <summary>Production; the word <c>live</c>.</summary>
    Live,

    /// <summary>Sandbox; the word <c>test</c>.</summary>
    Test,
}

/// <summary>The words for environments, in keys, JSON, URLs and the database. They compare byte for byte: <c>Live</c> is none.</summary>
public static class KeyEnvironments
{
    /// <summary>The word for an environment: <c>live</c> or <c>test</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public static string ToWireName(this KeyEnvironment environment) => environment switch
    {
        KeyEnvironment.Live => "live",
        KeyEnvironment.Test => "test",
        _ => throw new ArgumentOutOfRangeException(nameof(environment), environment, "There is no such environment."),
    };

    /// <summary>Reads a word.</summary>
    /// <param name="word">Any text; only <c>live</c> and <c>test</c> are words.</param>
    /// <param name="environment">The environment that the word means; undefined where the answer is false.</param>
    /// <returns>Whether the text is a word for an environment.</returns>
    public static bool TryParse(ReadOnlySpan<char> word, out KeyEnvironment environment)
    {
        environment = word is "test" ? KeyEnvironment.Test : KeyEnvironment.Live;
        return word is "live" or "test";
    }

    /// <summary>Reads a word that was written by <see cref="ToWireName"/>, such as a column of the database.</summary>
    /// <exception cref="FormatException">The text is no such word.</exception>
    public static KeyEnvironment Parse(string word) => TryParse(word, out var environment)
        ? environment
        : throw new FormatException("An environment is live or test.");
}
