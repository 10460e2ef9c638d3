using Dashboard.Core.Accounts;

namespace Dashboard.Auth;

/// <summary>Notes that the user of an open page is active, so that their session does not expire for want of activity.</summary>
static partial class SessionActivity
{
    /// <summary>Writes the activity. A failure is logged only: pages can be read while nothing can be written.</summary>
    public static async Task KeepAsync(
        SessionService sessions, Actor actor, ILogger<SessionService> log, CancellationToken cancellationToken)
    {
        try
        {
            await sessions.KeepAsync(actor, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotKept(log, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not write the activity of a session.")]
    static partial void LogNotKept(ILogger log, Exception failure);
}
