using Dashboard.Account;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Organizations;

public sealed partial class Home : ComponentBase
{
    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] HttpContext Http { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        if (Http.User.ToActor(Http.ClientAddress()) is { } actor && await Projects.AccessibleAsync(actor, Http.RequestAborted) is [var first, ..])
        {
            Navigation.NavigateTo($"/{first.Path}/keys");
        }
    }
}
