using System.Collections.Concurrent;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>The failures of one email, with or without an account, from one client network.</summary>
/// <param name="Account">The SHA-256 of what the failures are counted for.</param>
/// <param name="Network">The client network.</param>
sealed record SignInFailureCounter(byte[] Account, string Network)
{
    /// <summary>How long failures count that led to no lockout.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    /// <summary>The number of networks that fail on one account within <see cref="AttackWindow"/> from which on the account counts as
    /// attacked.</summary>
    public const int AttackNetworks = 10;

    /// <summary>The period in which networks are counted.</summary>
    public static readonly TimeSpan AttackWindow = TimeSpan.FromHours(1);

    /// <summary>The network of the row that records when an attack was last noticed. No client has it.</summary>
    const string Everywhere = "*";

    /// <summary>The number of expired failures that are deleted with each new one, so that they never accumulate and no sign-in waits for a
    /// large cleanup.</summary>
    const int ClearedAtOnce = 20;

    IQueryable<SignInFailures> In(DashboardContext context) =>
        context.SignInFailures.Where(x => x.AccountHash == Account && x.Network == Network);

    /// <summary>Returns the error of a lockout, or null if there is none.</summary>
    public async Task<Error?> FindPauseAsync(
        DashboardContext context, PauseClock clock, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await In(context).Select(x => new { x.LockedUntil, x.LastAt }).SingleOrDefaultAsync(cancellationToken);
        if (row?.LockedUntil is not { } until || clock.Left(this, until, until - row.LastAt, now) is not { } wait)
        {
            return null;
        }

        var minutes = (int)Math.Ceiling(wait.TotalMinutes);
        return new(ErrorCode.RateLimited, $"Too many attempts. Try again in {(minutes == 1 ? "1 minute" : $"{minutes} minutes")}.",
            RetryAfter: wait);
    }

    /// <summary>Counts a failure and returns the number of attempts left before a lockout.</summary>
    /// <param name="max">The number of failures in a row that start a lockout.</param>
    /// <param name="pause">The length of the lockout.</param>
    /// <param name="clock">Measures the lockout.</param>
    public async Task<int> CountAsync(UnitOfWork change, PauseClock clock, int max, TimeSpan pause, CancellationToken cancellationToken)
    {
        var row = await In(change.Context).SingleOrDefaultAsync(cancellationToken);
        if (row is null)
        {
            row = new() { AccountHash = Account, Network = Network };
            change.Context.Add(row);
        }
        else if (row.LockedUntil is not null || row.LastAt < change.Now - Memory)
        {
            (row.Count, row.LockedUntil) = (0, null);
        }

        row.Count++;
        row.LastAt = change.Now;
        row.LockedUntil = row.Count >= max ? change.Now + pause : null;
        if (row.LockedUntil is { } until)
        {
            clock.Begin(this, until);
        }

        var forgotten = change.Now - Memory;
        await change.Context.SignInFailures.Where(x => x.LastAt < forgotten && x.AccountHash != Account)
            .OrderBy(x => x.LastAt).Take(ClearedAtOnce).ExecuteDeleteAsync(cancellationToken);
        return Math.Max(0, max - row.Count);
    }

    /// <summary>Describes how many attempts are left before a lockout.</summary>
    /// <param name="left">The number that <see cref="CountAsync"/> returned.</param>
    /// <param name="pause">The length of the lockout.</param>
    public static string Describe(int left, TimeSpan pause)
    {
        var minutes = (int)pause.TotalMinutes;
        return left switch
        {
            0 => $"Try again in {minutes} minutes.",
            1 => $"1 try left before a {minutes}-minute lockout.",
            _ => $"{left} tries left before a {minutes}-minute lockout.",
        };
    }

    /// <summary>Returns whether many other networks have recently failed on the same account.</summary>
    public async Task<bool> IsAttackedAsync(UnitOfWork change, CancellationToken cancellationToken)
    {
        var since = change.Now - AttackWindow;
        return await change.Context.SignInFailures
            .Where(x => x.AccountHash == Account && x.LastAt > since && x.Network != Network && x.Network != Everywhere)
            .Take(AttackNetworks).CountAsync(cancellationToken) >= AttackNetworks;
    }

    /// <summary>Notes that the account is attacked. Returns whether that is new, after a day without an attack.</summary>
    public async Task<bool> NoteAttackAsync(UnitOfWork change, CancellationToken cancellationToken)
    {
        var row = await change.Context.SignInFailures.SingleOrDefaultAsync(x => x.AccountHash == Account
            && x.Network == Everywhere, cancellationToken);
        var isNew = row is null || row.LastAt < change.Now - Memory;
        if (row is null)
        {
            change.Context.Add(row = new() { AccountHash = Account, Network = Everywhere });
        }

        row.LastAt = change.Now;
        return isNew;
    }

    /// <summary>Forgets the failures after a success.</summary>
    public Task<int> ForgetAsync(UnitOfWork change, CancellationToken cancellationToken) =>
        In(change.Context).ExecuteDeleteAsync(cancellationToken);
}

/// <summary>Ends lockouts on time when the system clock is set back: this process measures each one by a clock that only goes forward, from
/// when it first saw it.</summary>
sealed class PauseClock(TimeProvider time)
{
    /// <summary>The maximum number of lockouts that are measured. When there are more, all start to be measured again.</summary>
    const int MaxMeasured = 10_000;

    readonly ConcurrentDictionary<(string Account, string Network, DateTimeOffset Until), long> seen = [];

    /// <summary>Starts to measure a lockout.</summary>
    public void Begin(SignInFailureCounter counter, DateTimeOffset until) => StartOf(KeyOf(counter, until));

    /// <summary>Returns what is left of a lockout, or null if it is over.</summary>
    /// <param name="counter">The failures that led to it.</param>
    /// <param name="until">When it ends by the system clock.</param>
    /// <param name="length">How long it was set for.</param>
    /// <param name="now">The time of the system clock.</param>
    public TimeSpan? Left(SignInFailureCounter counter, DateTimeOffset until, TimeSpan length, DateTimeOffset now)
    {
        var left = until - now;
        var key = KeyOf(counter, until);
        if (left <= TimeSpan.Zero || left > length) // more than the whole: the clock was set back
        {
            seen.TryRemove(key, out _);
            return null;
        }

        var measured = length - time.GetElapsedTime(StartOf(key));
        return measured <= TimeSpan.Zero ? null : measured < left ? measured : left;
    }

    static (string Account, string Network, DateTimeOffset Until) KeyOf(SignInFailureCounter counter, DateTimeOffset until) =>
        (Convert.ToHexString(counter.Account), counter.Network, until);

    long StartOf((string Account, string Network, DateTimeOffset Until) key)
    {
        if (seen.Count >= MaxMeasured)
        {
            seen.Clear();
        }

        return seen.GetOrAdd(key, _ => time.GetTimestamp());
    }
}
