using System.Data.Common;
using System.Security.Claims;
using Dashboard.Core.Sessions;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Dashboard.Account;

/// <summary>Stops open pages when their session ends. A circuit asks nothing of the cookie after it has begun, and lives for hours.</summary>
sealed class SessionWatch(ILoggerFactory loggers, SessionService sessions) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    /// <summary>Pages stop within thirty seconds: this, the query, and the way to the browser.</summary>
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(15);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        var user = authenticationState.User;
        if (user.FindFirstValue(ClaimTypes.NameIdentifier) is not { } id || user.FindFirstValue(CurrentActor.SessionClaim) is not { } session)
        {
            return false;
        }

        try
        {
            return await sessions.FindLiveAsync(session, id, cancellationToken) is not null;
        }
        catch (Exception outage) when (outage is DbException or InvalidOperationException { InnerException: DbException } or TimeoutException)
        {
            return true; // nothing can be read or changed meanwhile, and a person should find the page as it was
        }
    }
}
