using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Accounts;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Profile;

/// <summary>The person's name and email address.</summary>
public sealed partial class ProfilePage : ComponentBase, IDisposable
{
    const string Address = "/account/profile";

    readonly CancellationTokenSource life = new();
    ElementReference body;
    ChangeEmailDialog? dialog;
    string name = "";
    string? fault;
    bool focusError;
    bool busy;

    /// <summary>Handed from the prerendered page to its circuit.</summary>
    [PersistentState] public AccountProfile? View { get; set; }

    /// <summary>"name" after the name was saved, which takes a new page: the session's own name is read when it opens.</summary>
    [SupplyParameterFromQuery] public string? Saved { get; set; }

    [Inject] AccountService Accounts { get; set; } = null!;

    [Inject] PublicUrl PublicUrl { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] IJSRuntime JS { get; set; } = null!;

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        if (View is null)
        {
            await LoadAsync();
        }

        name = View?.Name ?? "";
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && Saved == "name")
        {
            Snackbars.Show("Saved your name");
            Navigation.NavigateTo(Address, replace: true);
        }

        if (focusError)
        {
            focusError = false;
            await JS.InvokeVoidAsync("ui.focusIn", body, "[aria-invalid='true']");
        }
    }

    async Task LoadAsync()
    {
        if (await User.ActorAsync() is { } actor && await Accounts.FindAsync(actor, life.Token) is { Succeeded: true, Value: var read })
        {
            View = read; // otherwise the router redirects to the sign-in page
        }
    }

    async Task RenameAsync()
    {
        if (busy)
        {
            return;
        }

        busy = true;
        try
        {
            var outcome = Names.Check(name) is { } wrong ? Error.Invalid("name", wrong)
                : await Runner.RunAsync(actor => Accounts.RenameAsync(actor, name, life.Token));
            if (outcome.Succeeded)
            {
                Navigation.NavigateTo($"{Address}?saved=name", forceLoad: true);
            }
            else if (outcome.Error!.Code != ErrorCode.SessionRequired)
            {
                (fault, focusError) = (outcome.Error.Errors?.GetValueOrDefault("name") ?? outcome.Error.Detail, true);
            }
        }
        finally
        {
            busy = false;
        }
    }

    async Task<Error?> ChangeEmailAsync(string email)
    {
        var outcome = await Runner.RunAsync(
            actor => Accounts.RequestEmailChangeAsync(actor, email, PublicUrl.Of(new Uri(Navigation.BaseUri)), life.Token));
        if (outcome.Succeeded)
        {
            Snackbars.Show($"Sent a link to {email}", "Your address changes once you open it.");
            await LoadAsync();
            StateHasChanged();
        }

        return outcome.Error is { Code: ErrorCode.SessionRequired } ? null : outcome.Error; // shown by a prompt of its own
    }

    async Task CancelEmailAsync()
    {
        var outcome = await Runner.RunAsync(actor => Accounts.CancelEmailChangeAsync(actor, life.Token));
        if (outcome.Succeeded)
        {
            Snackbars.Show("Your address stays as it is");
        }
        else if (outcome.Error!.Code is not (ErrorCode.SessionRequired or ErrorCode.NotFound)) // the link has been used, or has expired
        {
            Snackbars.ShowError("Could not cancel the change", outcome.Error.Detail);
        }

        await LoadAsync();
    }
}
