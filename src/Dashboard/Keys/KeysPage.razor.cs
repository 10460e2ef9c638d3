using System.Globalization;
using Dashboard.Account;
using Dashboard.Core;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Keys;

public sealed partial class KeysPage : ComponentBase, IDisposable
{
    /// <summary>With the longest names this many rows still go through the circuit's first message.</summary>
    const int Rows = 25;

    const int PickedRows = 50;

    static readonly SelectOption<KeyEnvironment?>[] environments = [new(null, "All environments"), new(KeyEnvironment.Live, "Live"), new(KeyEnvironment.Test, "Test")];

    readonly CancellationTokenSource life = new();
    readonly Stack<string?> before = new();
    RenameKeyDialog? rename;
    ConfirmDialog? confirm;
    IssuedKey? issued;
    bool creating;
    bool loading;
    int turn;
    string search = "";

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "revoked")] public bool Revoked { get; set; }

    [SupplyParameterFromQuery(Name = "environment")] public string? Environment { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. No secret is ever in it.</summary>
    [PersistentState] public KeysView? View { get; set; }

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] ResourceService Resources { get; set; } = null!;

    [Inject] Catalogue Catalogue { get; set; } = null!;

    [Inject] CurrentPerson Person { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] ToastService Toasts { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    bool MayCreate => View?.Project.Role >= OrganizationRole.Developer;

    bool Full => View?.Allowance.Left == 0;

    /// <summary>There has been no key in this project yet.</summary>
    bool Untouched => View is { Keys.Count: 0, OnlyRevoked: false, Filtered: false, Asked.Cursor: null };

    string? Summary
    {
        get
        {
            if (View is not { } view)
            {
                return null;
            }

            var first = (before.Count * Rows) + 1;
            return before.Count == 0 && view.NextCursor is null
                ? string.Create(CultureInfo.InvariantCulture, $"{view.Keys.Count:N0} {(view.Keys.Count == 1 ? "key" : "keys")}")
                : string.Create(CultureInfo.InvariantCulture, $"{first:N0} to {first + view.Keys.Count - 1:N0}, newest first");
        }
    }

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        var asked = new KeysAsked(new(Organization, ProjectSlug), Revoked, KeyEnvironments.TryParse(Environment, out var only) ? only : null);
        if (View is null || View.Asked with { Cursor = null } != asked || View.Searched != search.Length > 0)
        {
            before.Clear();
            search = View?.Asked.Project == asked.Project ? search : "";
            await LoadAsync(asked);
        }
    }

    async Task LoadAsync(KeysAsked asked)
    {
        if (await Person.ActorAsync() is not { } actor)
        {
            return; // the router leads to the sign-in
        }

        var mine = ++turn;
        loading = true;
        try
        {
            var view = await ReadAsync(actor, asked, search);
            View = mine == turn ? view ?? View : View; // of two at once the later is what is wanted
        }
        finally
        {
            loading = mine != turn;
        }
    }

    async Task<KeysView?> ReadAsync(Actor actor, KeysAsked asked, string term)
    {
        var project = await Projects.FindAsync(actor, asked.Project, life.Token);
        if (project.Fault is not null)
        {
            Navigation.NotFound();
            return null;
        }

        if (project.Value.Path != asked.Project)
        {
            // It was called so once.
            Navigation.NavigateTo($"/{project.Value.Path}/keys{new Uri(Navigation.Uri).Query}", replace: true);
            return null;
        }

        var query = new KeyQuery(asked.Project.ToString(), asked.Revoked, term, asked.Environment, asked.Cursor, Rows);
        var page = await Keys.ListAsync(actor, query, life.Token);
        var allowance = await Keys.AllowanceAsync(actor, query.Project, life.Token);
        if ((page.Fault ?? allowance.Fault) is not null)
        {
            Navigation.NotFound(); // lost between two questions
            return null;
        }

        var onlyRevoked = page.Value.Items.Count == 0 && !asked.Revoked
            && await Keys.ListAsync(actor, query with { IncludeRevoked = true, Cursor = null, Limit = 1 }, life.Token) is { Succeeded: true, Value.Items.Count: > 0 };
        return new(
            asked,
            project.Value,
            term.Length > 0,
            [.. page.Value.Items.Select(key => KeyItem.Of(key, actor, project.Value.Role, Catalogue))],
            page.Value.NextCursor,
            allowance.Value,
            onlyRevoked,
            Time.GetUtcNow());
    }

    async Task ReloadAsync()
    {
        await LoadAsync(View!.Asked);
        if (View.Keys.Count == 0)
        {
            await PreviousAsync(); // the last row of the last page has gone
        }
    }

    async Task NextAsync()
    {
        if (View is { NextCursor: { } next } view)
        {
            before.Push(view.Asked.Cursor);
            await LoadAsync(view.Asked with { Cursor = next });
        }
    }

    async Task PreviousAsync()
    {
        if (View is { } view && before.TryPop(out var cursor))
        {
            await LoadAsync(view.Asked with { Cursor = cursor });
        }
    }

    void ShowRevoked(bool shown) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("revoked", shown ? true : (bool?)null), replace: true);

    void ShowEnvironment(KeyEnvironment? chosen) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("environment", chosen?.ToWord()), replace: true);

    async Task SearchAsync(string text)
    {
        search = text.Trim();
        before.Clear();
        await LoadAsync(View!.Asked with { Cursor = null });
    }

    async Task ClearAsync()
    {
        if (View!.Asked.Environment is null)
        {
            await SearchAsync("");
        }
        else
        {
            search = "";
            ShowEnvironment(null);
        }
    }

    async Task<PickPage> FindResourcesAsync(string term, CancellationToken cancellationToken)
    {
        var query = new ResourceQuery(View?.Project.Path.ToString(), Search: term, Limit: PickedRows);
        if (await Person.ActorAsync() is not { } actor
            || await Resources.ListAsync(actor, query, cancellationToken) is not { Succeeded: true, Value: var page }
            || await Resources.CountAsync(actor, query, cancellationToken) is not { Succeeded: true, Value: var count })
        {
            return new([], 0);
        }

        return new([.. page.Items.Select(resource => new PickItem($"{resource.Kind}:{resource.Id}", resource.Name, $"{resource.Kind}:{resource.Id}"))], count);
    }

    async Task<Fault?> CreateAsync(NewKey asked)
    {
        var outcome = await DoAsync(actor => Keys.CreateAsync(actor, asked with { Project = View?.Project.Path.ToString() }, life.Token));
        if (outcome.Fault is { } fault)
        {
            return fault;
        }

        (creating, issued) = (false, outcome.Value);
        StateHasChanged(); // the key first; the list can wait
        before.Clear();
        await LoadAsync(View!.Asked with { Cursor = null });
        StateHasChanged();
        return null;
    }

    async Task<string?> RenameAsync(KeyItem key, string name)
    {
        var outcome = await DoAsync(actor => Keys.ChangeAsync(actor, key.KeyId, new(Name: name), life.Token));
        await ReloadAsync();
        StateHasChanged();
        return outcome.Fault?.Detail;
    }

    async Task SwitchAsync(KeyItem key)
    {
        var on = key.State != KeyState.Active;
        if (await SetStateAsync(key, on ? KeyState.Active : KeyState.Inactive))
        {
            Toasts.ShowUndo($"{key.Name} switched {(on ? "on" : "off")}", () => InvokeAsync(() => SetStateAsync(key, key.State)));
        }
    }

    async Task<bool> SetStateAsync(KeyItem key, KeyState state)
    {
        var outcome = await DoAsync(actor => Keys.ChangeAsync(actor, key.KeyId, new(State: state), life.Token));
        if (outcome.Fault is { Code: not FaultCode.SessionRequired } fault)
        {
            Toasts.ShowError($"Could not switch {(state == KeyState.Active ? "on" : "off")} {key.Name}", fault.Detail);
        }

        await ReloadAsync();
        StateHasChanged();
        return outcome.Succeeded;
    }

    async Task RevokeAsync(KeyItem key)
    {
        // As it is now: the list may be an hour old, and the question depends on the last use.
        var row = await DoAsync(actor => Keys.GetAsync(actor, key.KeyId, life.Token));
        if (row.Succeeded && !await confirm!.AskAsync(RevokeQuestion.About(row.Value, Time.GetUtcNow())))
        {
            return;
        }

        var outcome = row.Succeeded ? await DoAsync(actor => Keys.RevokeAsync(actor, key.KeyId, life.Token)) : row;
        if (outcome.Succeeded)
        {
            Toasts.Show($"{key.Name} revoked", "Requests with it are refused.");
        }
        else if (outcome.Fault!.Code != FaultCode.SessionRequired)
        {
            Toasts.ShowError($"Could not revoke {key.Name}", outcome.Fault.Detail);
        }

        await ReloadAsync();
    }

    /// <summary>Does it as the signed-in person; where the session has ended meanwhile, says so and leads to the sign-in.</summary>
    async Task<Outcome<T>> DoAsync<T>(Func<Actor, Task<Outcome<T>>> what)
    {
        var outcome = await Person.ActorAsync() is { } actor ? await what(actor) : Fault.SessionRequired;
        if (outcome.Fault?.Code == FaultCode.SessionRequired)
        {
            _ = InvokeAsync(LeadToSignInAsync);
        }

        return outcome;
    }

    async Task LeadToSignInAsync()
    {
        if (await confirm!.AskAsync(new("Your session has ended", "Sign in", "Nothing was changed. Sign in to go on.") { Danger = false }))
        {
            Navigation.NavigateTo($"/account/sign-in?ReturnUrl={Uri.EscapeDataString(new Uri(Navigation.Uri).PathAndQuery)}", forceLoad: true);
        }
    }
}
