using Dashboard.Core.Accounts;

namespace Dashboard.Auth;

/// <summary>Notes that the user of a request is active, so that their session does not expire for want of activity.</summary>
static partial class SessionActivity
{
    /// <summary>Writes the activity, at most once a minute. A failure is logged only: pages can be read while nothing can be
    /// written.</summary>
    public static async Task KeepAsync(HttpContext http, LiveSession session)
    {
        var sessions = http.RequestServices.GetRequiredService<SessionService>();
        if (!sessions.IsKeepDue(session))
        {
            return;
        }

        try
        {
            await sessions.KeepAsync(new(PartyType.User, session.UserId, session.Name, SessionId: session.Id), http.RequestAborted);
        }
        catch (Exception failure) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogNotKept(http.RequestServices.GetRequiredService<ILogger<SessionService>>(), failure);
        }
    }

    /// <summary>Writes the activity of an open page.</summary>
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
