using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Auth;

/// <summary>Who acts on an open page, from where: as the page's connection says, never as the browser does.</summary>
sealed class CurrentUser(AuthenticationStateProvider authentication)
{
    /// <summary>The signed-in person, or null when the session has ended meanwhile.</summary>
    public async Task<Actor?> ActorAsync()
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        return user.ToActor(user.FindFirst(ClientAddress.Claim)?.Value);
    }
}
