using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>Somebody asks to sign in.</summary>
/// <param name="Email">What they typed as their address.</param>
/// <param name="Password">What they typed as their password.</param>
/// <param name="Remember">Whether this browser stays signed in when it is closed.</param>
/// <param name="Address">The client address, or null.</param>
/// <param name="UserAgent">What the browser calls itself, or null.</param>
public sealed record SignInAttempt(string? Email, string? Password, bool Remember, IPAddress? Address, string? UserAgent)
{
    /// <summary>Prints nothing of what was typed.</summary>
    public override string ToString() => $"sign-in from {Network.ToText(Address) ?? "nowhere"}";
}

/// <summary>Somebody has signed in.</summary>
/// <param name="UserId">Who.</param>
/// <param name="Name">What others see them called.</param>
/// <param name="SessionId">Their new session.</param>
/// <param name="ExpiresAt">When it ends by itself, UTC.</param>
/// <param name="Remember">Whether the browser keeps it when it is closed.</param>
public sealed record SignedIn(string UserId, string Name, string SessionId, DateTimeOffset ExpiresAt, bool Remember);

/// <summary>Checks address and password, counts failures and begins sessions. To guess, one has <see cref="MostFailures"/> tries in
/// <see cref="Pause"/> for each account from each client network, and learns from no answer whether the account exists.</summary>
public sealed class SignInService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PasswordCheck passwords, RateLimits limits, TimeProvider time)
{
    /// <summary>How many failures in a row begin a pause.</summary>
    public const int MostFailures = 5;

    /// <summary>How long a pause lasts.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>How long failures count that no pause followed.</summary>
    static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    /// <summary>How many forgotten failures go with each new one, so that there are never many and no sign-in waits for a big clean-up.</summary>
    const int ClearedAtOnce = 20;

    /// <summary>Signs somebody in, and always with a session of its own: what was there before is never taken over.</summary>
    /// <param name="attempt">What they typed, and from where.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The session; or <see cref="ErrorCode.InvalidRequest"/> where a field is empty, <see cref="ErrorCode.InvalidCredentials"/>,
    /// <see cref="ErrorCode.RateLimited"/> during a pause, after too many failures from one address, or while too many sign in at once. An attempt during a pause is not looked at, and so leaves no audit row: the row of the failure
    /// that began the pause stands for it.</returns>
    public async Task<Result<SignedIn>> SignInAsync(SignInAttempt attempt, CancellationToken cancellationToken)
    {
        if (Check(attempt) is { } incomplete)
        {
            return incomplete;
        }

        if (limits.FailedSignIns.Waits(attempt.Address) is { } wait)
        {
            return new Error(ErrorCode.RateLimited, "Too many tries from your address. Try again in a minute.", RetryAfter: wait);
        }

        var email = EmailAddress.Normalize(attempt.Email!);
        var tries = new Tries(SHA256.HashData(Encoding.UTF8.GetBytes(email)), Network.Of(attempt.Address));
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await tries.FindPauseAsync(context, time.GetUtcNow(), cancellationToken) is { } pause)
        {
            return pause;
        }

        var person = await context.Users.AsNoTracking().Where(x => x.NormalizedEmail == email).FirstOrDefaultAsync(cancellationToken);
        var verified = await VerifyAsync(attempt, person, cancellationToken);
        if (verified.Error is { } busy)
        {
            return busy;
        }

        var result = verified.Value;
        // Hashing takes a tenth of a second, so it is done before the transaction. What it found counts only inside: there, of many tries at once, those
        // after the fifth find the pause and are told nothing of it.
        var verdict = await changes.RunAsync<Result<SignedIn>>(
            context,
            result is PasswordVerificationResult.Failed ? Actor.Anonymous(Network.ToText(attempt.Address)) : new(PartyType.User, person!.Id, person.Name, Network.ToText(attempt.Address)),
            async (change, token) =>
            {
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                if (await tries.FindPauseAsync(change.Context, change.Now, token) is { } paused)
                {
                    return paused;
                }

                var current = person is null ? null : await change.Context.Users.SingleOrDefaultAsync(x => x.Id == person.Id, token);
                return result is PasswordVerificationResult.Failed || current is null || current.PasswordHash != person!.PasswordHash
                    ? await RefuseAsync(change, tries, current, token)
                    : await AcceptAsync(change, tries, current, attempt, result, token);
            },
            cancellationToken);
        if (verdict is { Succeeded: true, Value.Error.Code: ErrorCode.InvalidCredentials })
        {
            limits.FailedSignIns.Take(attempt.Address);
        }

        return verdict.Error is { } fault ? fault : verdict.Value;
    }

    /// <summary>Input that can be no account's is not worth hashing.</summary>
    async Task<Result<PasswordVerificationResult>> VerifyAsync(SignInAttempt attempt, DashboardUser? person, CancellationToken cancellationToken) =>
        attempt.Email!.Length > EmailAddress.MaxLength || attempt.Password!.Length > PasswordRules.MaxLength
            ? PasswordVerificationResult.Failed
            : await passwords.VerifyAsync(person, attempt.Password, cancellationToken);

    async Task<Result<SignedIn>> AcceptAsync(
        UnitOfWork change, Tries tries, DashboardUser person, SignInAttempt attempt, PasswordVerificationResult result, CancellationToken cancellationToken)
    {
        await tries.ForgetAsync(change, cancellationToken);
        if (result is PasswordVerificationResult.SuccessRehashNeeded)
        {
            person.PasswordHash = passwords.Hash(person, attempt.Password!);
        }

        var session = await SessionService.BeginAsync(change, person.Id, attempt.Remember, attempt.Address, attempt.UserAgent, cancellationToken);
        change.Record(AuditChain.Installation, new(
            AuditCategory.Auth, "session.started", new(FeedSubject.User, person.Id, person.Name), Details: SessionService.Details(session.Id)));
        return new SignedIn(person.Id, person.Name, session.Id, session.ExpiresAt, attempt.Remember);
    }

    static async Task<Result<SignedIn>> RefuseAsync(UnitOfWork change, Tries tries, DashboardUser? person, CancellationToken cancellationToken)
    {
        var left = await tries.CountAsync(change, cancellationToken);
        // Without an account the address stays out of the log: people type passwords into the wrong field.
        var target = person is null ? new AuditTarget(FeedSubject.User, "unknown", "Unknown address") : new(FeedSubject.User, person.Id, person.Name);
        change.Record(AuditChain.Installation, new(
            AuditCategory.Auth, "session.refused", target, Succeeded: false, left == 0 ? """{"pause_minutes":5}""" : "{}"));
        return new Error(ErrorCode.InvalidCredentials, "Wrong email or password. " + left switch
        {
            0 => "Try again in 5 minutes.",
            1 => "1 try left before a 5-minute lockout.",
            _ => string.Create(CultureInfo.InvariantCulture, $"{left} tries left before a 5-minute lockout."),
        });
    }

    static Error? Check(SignInAttempt attempt)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(attempt.Email))
        {
            errors["email"] = "Enter your email address.";
        }

        if (string.IsNullOrEmpty(attempt.Password))
        {
            errors["password"] = "Enter your password.";
        }

        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    /// <summary>The failures of one account, or of an address without one, from one client network.</summary>
    sealed record Tries(byte[] Account, string Network)
    {
        IQueryable<SignInFailures> In(DashboardContext context) => context.SignInFailures.Where(x => x.AccountHash == Account && x.Network == Network);

        public async Task<Error?> FindPauseAsync(DashboardContext context, DateTimeOffset now, CancellationToken cancellationToken)
        {
            var until = await In(context).Select(x => x.LockedUntil).SingleOrDefaultAsync(cancellationToken);
            if (until is null || until <= now)
            {
                return null;
            }

            var wait = until.Value - now;
            var minutes = (int)Math.Ceiling(wait.TotalMinutes);
            return new(ErrorCode.RateLimited, $"Too many tries. Try again in {(minutes == 1 ? "1 minute" : $"{minutes} minutes")}.", RetryAfter: wait);
        }

        /// <summary>Counts one more and returns how many are left before a pause.</summary>
        public async Task<int> CountAsync(UnitOfWork change, CancellationToken cancellationToken)
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
            row.LockedUntil = row.Count >= MostFailures ? change.Now + Pause : null;
            var forgotten = change.Now - Memory;
            await change.Context.SignInFailures.Where(x => x.LastAt < forgotten && x.AccountHash != Account)
                .OrderBy(x => x.LastAt).Take(ClearedAtOnce).ExecuteDeleteAsync(cancellationToken);
            return MostFailures - row.Count;
        }

        public Task<int> ForgetAsync(UnitOfWork change, CancellationToken cancellationToken) => In(change.Context).ExecuteDeleteAsync(cancellationToken);
    }
}
