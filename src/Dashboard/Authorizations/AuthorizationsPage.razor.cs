using System.Globalization;
using Dashboard.Auth;
using Dashboard.Core.Tokens;
using Dashboard.Shared;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Authorizations;

/// <summary>Lists the apps that act on behalf of the user, or, for admins, on behalf of any member of an organization.</summary>
public sealed partial class AuthorizationsPage : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    readonly Stack<string?> before = new();
    ConfirmDialog? confirm;

    /// <summary>The organization's slug; null for the user's own apps.</summary>
    [Parameter] public string? Organization { get; set; }

    /// <summary>Handed from the prerendered page to its circuit.</summary>
    [PersistentState] public AuthorizationsPageModel? View { get; set; }

    [Inject] AuthorizationsPageQuery Reader { get; set; } = null!;

    [Inject] AuthorizationService Authorizations { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] ToastService Toasts { get; set; } = null!;

    string Summary
    {
        get
        {
            var first = before.Count * AuthorizationsPageQuery.Rows;
            return string.Create(CultureInfo.InvariantCulture, $"{first + 1:N0} to {first + View!.Items.Count:N0}, newest first");
        }
    }

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (View is null || View.State != Organization)
        {
            before.Clear();
            await LoadAsync(null);
        }
    }

    async Task LoadAsync(string? cursor)
    {
        if (await User.ActorAsync() is not { } actor)
        {
            return; // the router redirects to the sign-in page
        }

        var read = await Reader.ReadAsync(actor, Organization, cursor, life.Token);
        if (read.Error is not null)
        {
            Navigation.NotFound();
        }
        else if (read.Value.Organization is { } organization && organization.Slug != Organization)
        {
            Navigation.NavigateTo($"/{organization.Slug}/connected-apps", replace: true); // it has been renamed
        }
        else
        {
            View = read.Value;
        }
    }

    Task NextAsync()
    {
        before.Push(View!.Cursor);
        return LoadAsync(View.NextCursor);
    }

    Task PreviousAsync() => before.TryPop(out var cursor) ? LoadAsync(cursor) : Task.CompletedTask;

    async Task DisconnectAsync(AuthorizationItem app)
    {
        var owner = app.UserName is null ? "You’d" : $"{app.UserName} would";
        if (!await confirm!.AskAsync(
            new($"Disconnect {app.Name}?", "Disconnect", $"Its access ends now. {owner} have to authorize it again.")))
        {
            return;
        }

        var done = await SessionExpiredPrompt.DoAsync(
            User, actor => Authorizations.DisconnectAsync(actor, app.Id, life.Token),
            () => InvokeAsync(() => SessionExpiredPrompt.AskAsync(confirm!, Navigation)));
        if (done.Error is { Code: not ErrorCode.SessionRequired } fault)
        {
            Toasts.ShowError($"Could not disconnect {app.Name}", fault.Detail);
        }
        else if (done.Succeeded)
        {
            Toasts.Show($"Disconnected {app.Name}");
        }

        await LoadAsync(View!.Cursor);
        if (View.Items.Count == 0)
        {
            await PreviousAsync(); // the last row of the last page is gone
        }
    }
}
