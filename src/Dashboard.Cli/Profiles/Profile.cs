using System.Text.RegularExpressions;

namespace Dashboard.Cli.Profiles;

/// <summary>A server, and what is used there unless the command says otherwise.</summary>
/// <param name="Url">The server's URL.</param>
/// <param name="Organization">The organization that the sign-in is valid in.</param>
/// <param name="Project">The project of commands that name none, as organization/project; null for the server's choice.</param>
sealed partial record Profile(string Url, string? Organization = null, string? Project = null)
{
    /// <summary>The first profile's name.</summary>
    public const string Usual = "default";

    /// <summary>Returns whether a name can be a profile's: it is also the name of a file.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <summary>Returns a name, or fails if it cannot be a profile's.</summary>
    public static string Named(string name) => IsName(name)
        ? name
        : throw new Failure(ExitCode.Usage, $"{name} cannot be a profile's name. Use letters, digits, dots, hyphens and underscores.");

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamePattern();
}

/// <summary>What a sign-in left: the tokens of one profile.</summary>
/// <param name="Url">The server that they are for. They are sent to no other.</param>
/// <param name="ExpiresAt">When the access token expires.</param>
sealed record TokenSet(string Url, string AccessToken, string? RefreshToken, DateTimeOffset ExpiresAt)
{
    /// <summary>Omits the tokens.</summary>
    public override string ToString() => nameof(TokenSet);
}
