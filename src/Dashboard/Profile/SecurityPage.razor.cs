using System.Globalization;
using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Accounts;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Profile;

/// <summary>How the person signs in, and where they are signed in.</summary>
public sealed partial class SecurityPage : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();

    /// <summary>Handed from the prerendered page to its circuit.</summary>
    [PersistentState] public SecurityPageModel? View { get; set; }

    /// <summary>"changed" after the password was.</summary>
    [SupplyParameterFromQuery] public string? Password { get; set; }

    [Inject] SecurityPageQuery Query { get; set; } = null!;

    [Inject] SessionService Sessions { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        if (View is null)
        {
            await ReloadAsync();
        }

        wasMissing = View is { Factors.IsMissing: true };
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && Password == "changed")
        {
            Snackbars.Show("Changed your password", "All other sessions have ended.");
            Navigation.NavigateTo("/account/security", replace: true);
        }
    }

    /// <summary>Reads what is shown again.</summary>
    async Task ReloadAsync()
    {
        if (await User.ActorAsync() is { } actor && await Query.ReadAsync(actor, life.Token) is { Succeeded: true, Value: var read })
        {
            View = read; // otherwise the router redirects to the sign-in page
            StateHasChanged(); // a dialog may have asked, not the page
        }
    }

    Task EndAsync(SessionSummary session) => ChangeAsync(
        actor => Sessions.EndOneAsync(actor, session.Id, life.Token), _ =>
            $"Ended {SessionsCard.NameOf(session)}", $"Could not end {SessionsCard.NameOf(session)}");

    Task EndOthersAsync() => ChangeAsync(
        actor => Sessions.EndOthersAsync(actor, life.Token),
        count => count == 1 ? "Ended 1 session" : $"Ended {count.ToString(CultureInfo.InvariantCulture)} sessions",
        "Could not end the other sessions");

    async Task ChangeAsync<T>(Func<Actor, Task<Result<T>>> action, Func<T, string> done, string failed)
    {
        var outcome = await Runner.RunAsync(action);
        if (outcome.Succeeded)
        {
            Snackbars.Show(done(outcome.Value));
        }
        // one that has ended already is gone from the list
        else if (outcome.Error!.Code is not (ErrorCode.SessionRequired or ErrorCode.NotFound))
        {
            Snackbars.ShowError(failed, outcome.Error.Detail);
        }

        await ReloadAsync();
    }
}
