using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Usage;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Keys.Details;

public sealed partial class KeyPage : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    IDisposable? subscription;
    KeyActions? actions;
    KeyExpiryDialog? expiryDialog;
    KeyRateLimitDialog? rateLimitDialog;
    KeyNoteDialog? noteDialog;
    AddNetworkDialog? addDialog;
    SuggestNetworksDialog? suggestDialog;
    bool unfolded;
    int reads;

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string ProjectSlug { get; set; } = "";

    [Parameter] public string KeyId { get; set; } = "";

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public KeyPageModel? View { get; set; }

    [Inject] KeyPageQuery Reader { get; set; } = null!;

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] ChangeFeed Feed { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] ILogger<KeyPage> Log { get; set; } = null!;

    /// <summary>The networks that the key was used from and that its list does not have.</summary>
    IReadOnlyList<string> Suggested => View is null
        ? []
        : [.. AllowListSuggestion.Of(View.Clients, View.At).Except(View.Key.AllowedIps ?? [], StringComparer.Ordinal)];

    string? Remark
    {
        get
        {
            var view = View!;
            var app = view.Item.Managed ? $"Used by the published app {view.Item.Owner}." : null;
            var state = view.Key.State switch
            {
                KeyState.Revoked when view.Key.RevokedAt is { } at =>
                    $"Revoked on {TimeText.Date(at)}{Why(view.Key.RevocationReason)}. Requests using it are refused, and it can’t be changed any more.",
                KeyState.Expired when view.Key.ExpiresAt is { } at =>
                    $"Expired after {TimeText.Date(at.AddTicks(-1))}. "
                        + $"Requests using it are refused{(view.Changeable ? ", until you change its expiry" : "")}.",
                KeyState.Inactive when view.Item.Pending => $"{KeyItem.PendingReason} Requests using it are refused until then.",
                KeyState.Inactive => "Requests using it are refused.",
                _ => null,
            };
            var others = view.Item.Changeable || view.Key.State == KeyState.Revoked || !view.Project.Role.Can(MemberAction.CreateKeys)
                ? null : $"Owned by {view.Item.Owner}. Only its owner or an admin can change it.";
            return new[] { app, state, others }.OfType<string>().ToList() is { Count: > 0 } sentences ? string.Join(' ', sentences) : null;
        }
    }

    static string Why(string? reason) => reason is null ? "" : $" ({RevocationReasonInput.InWords(reason)})";

    public void Dispose()
    {
        subscription?.Dispose();
        life.Cancel();
        life.Dispose();
    }

    protected override void OnInitialized()
    {
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        // Before the key is read, so that no change is missed.
        subscription = Feed.Subscribe(
            entry =>
            {
                if (entry.SubjectType is FeedSubject.Key or FeedSubject.KeyUse && entry.SubjectId == KeyId)
                {
                    Refresh();
                }
            },
            Refresh);
    }

    protected override async Task OnParametersSetAsync()
    {
        if (View is null || View.Key.KeyId != KeyId || View.Project.Path != new ProjectPath(Organization, ProjectSlug))
        {
            unfolded = false;
            await LoadAsync();
        }
    }

    /// <summary>Runs on another thread, so that the change feed does not wait for a query.</summary>
    void Refresh() => _ = Task.Run(() => InvokeAsync(async () =>
    {
        try
        {
            if (!life.IsCancellationRequested)
            {
                await ReloadAsync();
            }
        }
        catch (Exception failure)
        {
            if (!life.IsCancellationRequested)
            {
                LogNotRead(Log, failure, KeyId); // the page shows what it has
            }
        }
    }));

    async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    async Task LoadAsync()
    {
        var mine = ++reads;
        if (await User.ActorAsync() is not { } actor)
        {
            return; // the router redirects to the sign-in page
        }

        var asked = new ProjectPath(Organization, ProjectSlug);
        var read = await Reader.ReadAsync(actor, asked, KeyId, unfolded, life.Token);
        if (mine != reads)
        {
            return; // of two at once, the later one is shown
        }

        if (read.Error is { } error)
        {
            if (error.Code != ErrorCode.SessionRequired)
            {
                Navigation.NotFound();
            }
        }
        else if (read.Value.Project.Path != asked)
        {
            Navigation.NavigateTo($"/{read.Value.Project.Path}/keys/{KeyId}", replace: true); // a former name, or another project's
        }
        else
        {
            View = read.Value;
        }
    }

    Task FoldAsync()
    {
        unfolded = !unfolded;
        return ReloadAsync();
    }

    /// <summary>Saves what a dialog asked for. The page shows it, and so needs no other word.</summary>
    async Task<Error?> SaveAsync(KeyPatch patch)
    {
        var outcome = await Runner.RunAsync(actor => Keys.ChangeAsync(actor, KeyId, patch, life.Token));
        await ReloadAsync();
        return outcome.Error;
    }

    async Task TrimAsync(IReadOnlyList<string> kept)
    {
        var lost = View!.Permissions.Where(row => row.Granted).Select(row => row.Permission).Except(kept, StringComparer.Ordinal).ToList();
        var words = KeyPermissionsCard.Words(kept);
        if (await Dialogs.ConfirmAsync(new(
            $"{words}?", words,
            $"{View.Item.Name} loses {ListText.And(lost)}, and requests that need {(lost.Count == 1 ? "it" : "them")} will be refused "
                + "immediately. Permissions can’t be added to a key again.")))
        {
            await ChangeAsync(new(Permissions: kept), $"Could not trim {View.Item.Name}");
        }
    }

    async Task RemoveNetworkAsync(string network)
    {
        var view = View!;
        List<string> left = [.. view.Key.AllowedIps!.Where(other => other != network)];
        IReadOnlyList<string>? after = left.Count == 0 ? null : left;
        var shutOut = AllowListCheck.ShutOut(view.Clients, view.Key.AllowedIps, after, view.At);
        var any = $"Without a list, {view.Item.Name} can be used from any address.";
        if (after is null && !await Dialogs.ConfirmAsync(new("Remove the last network?", "Allow any address", any) { Danger = false }))
        {
            return;
        }

        if (shutOut.Count > 0 && !await Dialogs.ConfirmAsync(new(
            $"Remove {network}?", "Remove network",
            builder =>
            {
                builder.OpenComponent<ShutOutWarning>(0);
                builder.AddAttribute(1, nameof(ShutOutWarning.Clients), shutOut);
                builder.AddAttribute(2, nameof(ShutOutWarning.Now), view.At);
                builder.CloseComponent();
            })))
        {
            return;
        }

        if (await ChangeAsync(new(Limits: new() { AllowedIps = after }), $"Could not remove {network}"))
        {
            Snackbars.Show(after is null ? "Removed the allow-list" : $"Removed {network}");
        }
    }

    async Task<bool> ChangeAsync(KeyPatch patch, string failed)
    {
        var error = await SaveAsync(patch);
        if (error is { Code: not ErrorCode.SessionRequired })
        {
            Snackbars.ShowError(failed, error.Errors?.Values.FirstOrDefault() ?? error.Detail);
        }

        return error is null;
    }

    [LoggerMessage(LogLevel.Warning, "Could not read key {KeyId} again after a change.")]
    static partial void LogNotRead(ILogger log, Exception failure, string keyId);
}
