using Dashboard.Auth;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Shared;

/// <summary>Listens to the change feed from before the key is shown to anybody, so that it misses nothing and asks nothing while it waits.</summary>
public sealed partial class FirstUse : ComponentBase, IDisposable
{
    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How often the words for "3 seconds ago" are looked at again.</summary>
    static readonly TimeSpan Aging = TimeSpan.FromSeconds(10);

    readonly CancellationTokenSource life = new();
    IDisposable? listening;
    ITimer? aging;
    KeyFirstUse? use;
    bool reading;

    [Parameter, EditorRequired] public string KeyId { get; set; } = "";

    /// <summary>The first request has come.</summary>
    [Parameter] public EventCallback OnUsed { get; set; }

    [Inject] ChangeFeed Feed { get; set; } = null!;

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    [Inject] ILogger<FirstUse> Log { get; set; } = null!;

    public void Dispose()
    {
        listening?.Dispose();
        aging?.Dispose();
        life.Cancel();
        life.Dispose();
    }

    protected override void OnInitialized() => listening = Feed.Subscribe(
        entry =>
        {
            if (entry.SubjectType == FeedSubject.KeyUse && entry.SubjectId == KeyId)
            {
                Ask();
            }
        },
        Ask); // where rows may have been missed, this one may be among them

    static string Facts(KeyFirstUse use)
    {
        var request = $"{use.Method} {use.Path}".Trim();
        var whence = $"{(use.Network is null ? "" : $"from {use.Network}")} {(use.Client is null or ClientFamily.Other ? "" : $"with {use.Client}")}".Trim();
        return $"{(request.Length == 0 ? "Allowed" : $"{request}, allowed")}{(whence.Length == 0 ? "" : $", {whence}")}";
    }

    /// <summary>On another thread: whoever tells of a change does not wait for a query.</summary>
    void Ask() => _ = Task.Run(() => InvokeAsync(ReadAsync));

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
            // The dialog is gone.
        }
        finally
        {
            reading = false;
        }
    }

    /// <summary>False when it could not be read, which must not cost anybody the key that stands above.</summary>
    async Task<bool> TryReadAsync()
    {
        try
        {
            if (await User.ActorAsync() is { } actor && await Keys.FindFirstUseAsync(actor, KeyId, life.Token) is { Succeeded: true, Value: { } found })
            {
                use = found;
                aging = Time.CreateTimer(_ => { _ = InvokeAsync(StateHasChanged); }, null, Aging, Aging);
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

    [LoggerMessage(LogLevel.Warning, "The first use of key {KeyId} could not be read; it is tried again.")]
    static partial void LogNotRead(ILogger log, Exception failure, string keyId);
}
