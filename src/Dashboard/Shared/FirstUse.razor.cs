using Dashboard.Auth;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Shared;

/// <summary>Reports the first use of a key. It subscribes to the change feed before the key is shown, so it misses nothing and does not
/// poll.</summary>
public sealed partial class FirstUse : ComponentBase, IDisposable
{
    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How often the relative time is refreshed.</summary>
    static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    readonly CancellationTokenSource life = new();
    IDisposable? subscription;
    ITimer? refresh;
    KeyFirstUse? use;
    bool reading;

    [Parameter, EditorRequired] public string KeyId { get; set; } = "";

    /// <summary>Raised at the first request.</summary>
    [Parameter] public EventCallback OnUsed { get; set; }

    [Inject] ChangeFeed Feed { get; set; } = null!;

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    [Inject] ILogger<FirstUse> Log { get; set; } = null!;

    public void Dispose()
    {
        subscription?.Dispose();
        refresh?.Dispose();
        life.Cancel();
        life.Dispose();
    }

    protected override void OnInitialized() => subscription = Feed.Subscribe(
        entry =>
        {
            if (entry.SubjectType == FeedSubject.KeyUse && entry.SubjectId == KeyId)
            {
                Check();
            }
        },
        Check); // the feed may have missed rows, and this one may be among them

    static string Facts(KeyFirstUse use)
    {
        var request = $"{use.Method} {use.Path}".Trim();
        var network = use.Network is null ? "" : $"from {use.Network}";
        var client = use.Client is null or ClientFamily.Other ? "" : $"with {use.Client}";
        var origin = $"{network} {client}".Trim();
        return $"{(request.Length == 0 ? "Allowed" : $"{request}, allowed")}{(origin.Length == 0 ? "" : $", {origin}")}";
    }

    /// <summary>Runs on another thread, so that the change feed does not wait for a query.</summary>
    void Check() => _ = Task.Run(() => InvokeAsync(ReadAsync));

    async Task ReadAsync()
    {
        if (reading || use is not null || life.IsCancellationRequested)
        {
            return;
        }

        reading = true;
        try
        {
            while (!await TryReadAsync())
            {
                await Task.Delay(RetryAfter, Time, life.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The dialog is closed.
        }
        finally
        {
            reading = false;
        }
    }

    /// <summary>Returns false on failure. An exception would close the dialog, and the key in it would be lost.</summary>
    async Task<bool> TryReadAsync()
    {
        try
        {
            if (await User.ActorAsync() is { } actor
                && await Keys.FindFirstUseAsync(actor, KeyId, life.Token) is { Succeeded: true, Value: { } found })
            {
                use = found;
                refresh = Time.CreateTimer(_ => { _ = InvokeAsync(StateHasChanged); }, null, RefreshInterval, RefreshInterval);
                StateHasChanged();
                await OnUsed.InvokeAsync();
            }

            return true;
        }
        catch (Exception failure) when (!life.IsCancellationRequested)
        {
            LogNotRead(Log, failure, KeyId);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Could not read the first use of key {KeyId}. Retrying.")]
    static partial void LogNotRead(ILogger log, Exception failure, string keyId);
}
