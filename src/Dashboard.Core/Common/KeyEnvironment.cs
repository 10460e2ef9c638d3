namespace Dashboard.Core.Common;

/// <summary>The environment of a key, which never changes.</summary>
public enum KeyEnvironment
{
    /// <summary>Production, written <c>live</c>.</summary>
    Live,

    /// <summary>Sandbox, written <c>test</c>.</summary>
    Test,
}

/// <summary>The names of environments in keys, JSON, URLs and the database. They are case-sensitive.</summary>
public static class KeyEnvironments
{
    /// <summary>Returns the name of an environment: <c>live</c> or <c>test</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public static string ToWireName(this KeyEnvironment environment) => environment switch
    {
        KeyEnvironment.Live => "live",
        KeyEnvironment.Test => "test",
        _ => throw new ArgumentOutOfRangeException(nameof(environment), environment, "Unknown environment."),
    };

    /// <summary>Parses the name of an environment, <c>live</c> or <c>test</c>.</summary>
    /// <param name="environment">The environment. Undefined if the result is false.</param>
    public static bool TryParse(ReadOnlySpan<char> word, out KeyEnvironment environment)
    {
        environment = word is "test" ? KeyEnvironment.Test : KeyEnvironment.Live;
        return word is "live" or "test";
    }

    /// <summary>Parses a name that <see cref="ToWireName"/> wrote, such as a database column.</summary>
    /// <exception cref="FormatException">The text is not the name of an environment.</exception>
    public static KeyEnvironment Parse(string word) => TryParse(word, out var environment)
        ? environment
        : throw new FormatException("The environment must be live or test.");
}
