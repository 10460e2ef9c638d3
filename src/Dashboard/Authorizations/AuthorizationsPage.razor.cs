using System.Globalization;
using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Tokens;
using Dashboard.Shared;
using Dashboard.Shell;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Authorizations;

/// <summary>Lists the apps that act on behalf of the user, or, for admins, on behalf of any member of an organization.</summary>
public sealed partial class AuthorizationsPage : IDisposable
{
    readonly PagedListState<AuthorizationsPageState, AuthorizationsPageModel> list;

    public AuthorizationsPage() => list = new(ReadAsync, () => Navigation);

    /// <summary>The organization's slug; null for the user's own apps.</summary>
    [Parameter] public string? Organization { get; set; }

    [CascadingParameter] ShellModel? Shell { get; set; }

    /// <summary>Handed from the prerendered page to its circuit.</summary>
    [PersistentState] public AuthorizationsPageModel? Kept { get => list.Kept; set => list.Kept = value; }

    public AuthorizationsPageModel? View => list.Page;

    [Inject] AuthorizationsPageQuery Reader { get; set; } = null!;

    [Inject] AuthorizationService Authorizations { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    string Summary
    {
        get
        {
            var first = View!.State.Before;
            return string.Create(CultureInfo.InvariantCulture, $"{first + 1:N0} to {first + View.Items.Count:N0}, newest first");
        }
    }

    public void Dispose() => list.Dispose();

    protected override Task OnParametersSetAsync() => list.OpenAsync(new(Organization), Address);

    async Task<Result<AuthorizationsPageModel>> ReadAsync(
        AuthorizationsPageState state, string search, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.ReadAsync(actor, state, cancellationToken) : Error.SessionRequired;

    async Task DisconnectAsync(AuthorizationItem app)
    {
        var owner = app.UserName is null ? "You’d" : $"{app.UserName} would";
        if (!await Dialogs.ConfirmAsync(
            new($"Disconnect {app.Name}?", "Disconnect", $"Its access ends now. {owner} have to authorize it again.")))
        {
            return;
        }

        var done = await Runner.RunAsync(actor => Authorizations.DisconnectAsync(actor, app.Id, list.Closed));
        if (done.Error is { Code: not ErrorCode.SessionRequired } fault)
        {
            Snackbars.ShowError($"Could not disconnect {app.Name}", fault.Detail);
        }
        else if (done.Succeeded)
        {
            Snackbars.Show($"Disconnected {app.Name}");
        }

        await list.ReloadAsync();
    }
}
