namespace Dashboard.Cli.Common;

/// <summary>Ends the command with a sentence for the person and an exit code for the script.</summary>
sealed class Failure(ExitCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public ExitCode Code => code;
}
