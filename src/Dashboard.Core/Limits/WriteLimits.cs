namespace Dashboard.Core.Limits;

/// <summary>How often one member may change something, in the memory of this process.</summary>
/// <param name="options">The settings.</param>
public sealed class WriteLimits(TenantLimitOptions options, TimeProvider time)
{
    /// <summary>The capacity for members that write. Unused windows are removed.</summary>
    const int MaxActors = 100_000;

    readonly MinuteWindows<string> actors = new(MaxActors, exceedCapacity: true, time);

    /// <summary>Counts a change. Only actors with a session or an access token are counted, which is what REST calls and page actions come
    /// through: Latchkey's own work, sign-ins and token requests have limits of their own.</summary>
    /// <returns>How long to wait, or null if the change is allowed.</returns>
    public TimeSpan? Take(Actor actor) => options.WritesPerMinute == 0 || (actor.SessionId is null && actor.Token is null)
        ? null
        : actors.Take(actor.Id, options.WritesPerMinute);
}
