using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Keys;

/// <content>Creating a key and showing its secret.</content>
public sealed partial class KeysPage
{
    SecretReveal? issued;
    KeyDraft? kept;
    KeyDraft? suggested;
    string? draft;
    bool creating;

    [Inject] ResourceService Resources { get; set; } = null!;

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    [Inject] IJSRuntime JS { get; set; } = null!;

    [Inject] ILogger<KeysPage> Log { get; set; } = null!;

    bool MayCreate => View?.Project.Role.Can(MemberAction.CreateKeys) is true;

    bool Full => View?.Allowance.Left == 0;

    /// <summary>Restores a draft that was open when the page was lost, for the same user, project and tab.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (View is not null && (Suggestion ?? suggested) is { } draftOfLink)
        {
            await OpenSuggestedAsync(draftOfLink);
            return;
        }

        if (!firstRender || View is null || !MayCreate || await User.ActorAsync() is not { } actor)
        {
            return;
        }

        draft = $"{View.Project.ProjectId} {actor.Id}";
        try
        {
            if (await JS.InvokeAsync<string[][]?>("ui.readDraft", draft) is { } fields && !Full)
            {
                (kept, creating) = (KeyDraft.Read(fields, PermissionCatalog), true);
            }
        }
        catch (JSDisconnectedException)
        {
            return; // the page is closed
        }

        StateHasChanged();
    }

    /// <summary>What the address suggests for a new key.</summary>
    KeyDraft? Suggestion => KeyDraft.Read(new Uri(Navigation.Uri), PermissionCatalog, DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime));

    /// <summary>Opens the form with what a link suggests, once that is out of the address: a reload or Back does not open it again, and
    /// MudBlazor closes dialogs when the address changes.</summary>
    async Task OpenSuggestedAsync(KeyDraft link)
    {
        if (Suggestion is not null)
        {
            suggested = link;
            var none = KeyDraft.Parameters.ToDictionary(name => name, object? (_) => null, StringComparer.Ordinal);
            Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(none), replace: true);
            if (Suggestion is not null)
            {
                return; // the browser has not answered yet
            }
        }

        suggested = null;
        if (MayCreate && !Full && await User.ActorAsync() is { } actor)
        {
            draft = $"{View!.Project.ProjectId} {actor.Id}";
            // A key in the name would be stored and shown.
            (kept, creating) = (await Keys.LooksWholeAsync(link.Name, list.Closed) ? link with { Name = "" } : link, true);
            StateHasChanged();
        }
    }

    void BeginCreating() => (kept, creating) = (null, true);

    async Task<PickPage> FindResourcesAsync(string term, CancellationToken cancellationToken) =>
        await Resources.PickAsync(await User.ActorAsync(), View?.Project.Path.ToString(), term, cancellationToken);

    async Task<Error?> CreateAsync(NewKey asked)
    {
        var outcome =
            await Runner.RunAsync(actor => Keys.CreateAsync(actor, asked with { Project = View?.Project.Path.ToString() }, list.Closed));
        if (outcome.Error is { } fault)
        {
            return fault;
        }

        (creating, issued) = (false, SecretReveal.Of(outcome.Value));
        StateHasChanged(); // show the key before the list is reloaded
        await list.TryLoadFirstAsync(failure => LogNotRead(Log, failure));
        StateHasChanged();
        return null;
    }

    /// <summary>Discards the key, and reloads the list, which may have changed.</summary>
    Task CloseSecretAsync()
    {
        issued = null;
        StateHasChanged();
        return list.ReloadAsync();
    }

    [LoggerMessage(LogLevel.Error, "Could not read the list of keys after creating one.")]
    static partial void LogNotRead(ILogger log, Exception failure);
}
