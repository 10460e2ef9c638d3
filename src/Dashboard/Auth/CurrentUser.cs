using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Auth;

/// <summary>The user of an open page and their client address, taken from the circuit's connection and never from the browser.</summary>
sealed class CurrentUser(AuthenticationStateProvider authentication)
{
    /// <summary>Returns the signed-in user, or null if the session has ended.</summary>
    public async Task<Actor?> ActorAsync()
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        return user.ToActor(user.FindFirst(ClientAddress.Claim)?.Value);
    }
}
