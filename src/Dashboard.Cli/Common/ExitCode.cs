namespace Dashboard.Cli.Common;

/// <summary>What a command exits with. docs/command-line.md lists them; scripts rely on the numbers.</summary>
public enum ExitCode
{
    Ok = 0,

    /// <summary>Anything that has no code of its own.</summary>
    Error = 1,

    /// <summary>An argument is missing or not valid, here or for the server.</summary>
    Usage = 2,

    /// <summary>Nobody is signed in, or the sign-in has expired.</summary>
    NotSignedIn = 3,

    Forbidden = 4,

    /// <summary>There is no such project, key, …, or it belongs to others.</summary>
    NotFound = 5,

    /// <summary>It contradicts what is there: a limit, a name that is taken.</summary>
    Conflict = 6,

    /// <summary>The server cannot be reached, or cannot answer at the moment.</summary>
    Unavailable = 7,

    /// <summary>A person has to approve this again, and nobody can be asked.</summary>
    ApprovalNeeded = 8,

    /// <summary>The person denied it, or nobody answered in time.</summary>
    NotApproved = 9,

    RateLimited = 10,

    /// <summary>128 + SIGINT, as shells do.</summary>
    Interrupted = 130,

    /// <summary>128 + SIGPIPE, as shells do.</summary>
    BrokenPipe = 141,
}
