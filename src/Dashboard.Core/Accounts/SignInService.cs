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

/// <summary>A sign-in request.</summary>
/// <param name="Email">The email as entered.</param>
/// <param name="Password">The password as entered.</param>
/// <param name="Remember">Whether the session survives closing the browser.</param>
/// <param name="Address">The client address, or null.</param>
/// <param name="UserAgent">The <c>User-Agent</c> header, or null.</param>
public sealed record SignInAttempt(string? Email, string? Password, bool Remember, IPAddress? Address, string? UserAgent)
{
    /// <summary>Omits what was entered.</summary>
    public override string ToString() => $"sign-in from {Network.ToText(Address) ?? "nowhere"}";
}

/// <summary>The result of a sign-in.</summary>
/// <param name="UserId">The person's identifier.</param>
/// <param name="Name">The person's name.</param>
/// <param name="SessionId">The new session.</param>
/// <param name="ExpiresAt">When the session expires, UTC.</param>
/// <param name="Remember">Whether the session survives closing the browser.</param>
public sealed record SignedIn(string UserId, string Name, string SessionId, DateTimeOffset ExpiresAt, bool Remember);

/// <summary>Verifies passwords, counts failures and starts sessions. An attacker has <see cref="MaxFailures"/> attempts per
/// <see cref="Pause"/> for each account from each client network, and no response reveals whether the account exists.</summary>
public sealed class SignInService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PasswordCheck passwords, RateLimits limits, RefusalLedger refusals, TimeProvider time)
{
    /// <summary>The number of consecutive failures that start a lockout.</summary>
    public const int MaxFailures = 5;

    /// <summary>The length of a lockout.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>How long failures count that led to no lockout.</summary>
    static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    /// <summary>The number of expired failures that are deleted with each new one, so that they never accumulate and no sign-in waits for a
    /// large cleanup.</summary>
    const int ClearedAtOnce = 20;

    /// <summary>Signs a person in with a new session. An existing session is never reused.</summary>
    /// <param name="attempt">The request.</param>
    /// <returns>The session; or <see cref="ErrorCode.InvalidRequest"/> if a field is empty, <see cref="ErrorCode.InvalidCredentials"/>, or
    /// <see cref="ErrorCode.RateLimited"/> during a lockout, after too many failures from one address, or while too many people sign in at
    /// once. An attempt during a lockout is not checked and leaves no audit entry; that of the failure that started the lockout stands for
    /// it.</returns>
    public async Task<Result<SignedIn>> SignInAsync(SignInAttempt attempt, CancellationToken cancellationToken)
    {
        if (Check(attempt) is { } incomplete)
        {
            return incomplete;
        }

        if (limits.FailedSignIns.Waits(attempt.Address) is { } wait)
        {
            refusals.Note(attempt.Address, RefusalReason.FailedSignIns);
            return new Error(ErrorCode.RateLimited, "Too many attempts from your network. Try again in a minute.", RetryAfter: wait);
        }

        var email = EmailAddress.Normalize(attempt.Email!);
        var failures = new FailureCounter(SHA256.HashData(Encoding.UTF8.GetBytes(email)), Network.Of(attempt.Address));
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await failures.FindPauseAsync(context, time.GetUtcNow(), cancellationToken) is { } pause)
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
        // Hashing takes a tenth of a second, so it happens before the transaction. The result counts only inside: of many concurrent
        // attempts, those after the fifth find the lockout and learn nothing.
        var verdict = await changes.RunAsync<Result<SignedIn>>(
            context,
            result is PasswordVerificationResult.Failed ? Actor.Anonymous(Network.ToText(attempt.Address)) : new(PartyType.User, person!.Id, person.Name, Network.ToText(attempt.Address)),
            async (change, token) =>
            {
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                if (await failures.FindPauseAsync(change.Context, change.Now, token) is { } paused)
                {
                    return paused;
                }

                var current = person is null ? null : await change.Context.Users.SingleOrDefaultAsync(x => x.Id == person.Id, token);
                return result is PasswordVerificationResult.Failed || current is null || current.PasswordHash != person!.PasswordHash
                    ? await RefuseAsync(change, failures, current, token)
                    : await AcceptAsync(change, failures, current, attempt, result, token);
            },
            cancellationToken);
        if (verdict is { Succeeded: true, Value.Error.Code: ErrorCode.InvalidCredentials })
        {
            limits.FailedSignIns.Take(attempt.Address);
        }

        return verdict.Error is { } fault ? fault : verdict.Value;
    }

    /// <summary>Input that is too long for any account is not worth hashing.</summary>
    async Task<Result<PasswordVerificationResult>> VerifyAsync(SignInAttempt attempt, DashboardUser? person, CancellationToken cancellationToken) =>
        attempt.Email!.Length > EmailAddress.MaxLength || attempt.Password!.Length > PasswordRules.MaxLength
            ? PasswordVerificationResult.Failed
            : await passwords.VerifyAsync(person, attempt.Password, cancellationToken);

    async Task<Result<SignedIn>> AcceptAsync(
        UnitOfWork change, FailureCounter failures, DashboardUser person, SignInAttempt attempt, PasswordVerificationResult result, CancellationToken cancellationToken)
    {
        await failures.ForgetAsync(change, cancellationToken);
        if (result is PasswordVerificationResult.SuccessRehashNeeded)
        {
            person.PasswordHash = passwords.Hash(person, attempt.Password!);
        }

        var session = await SessionService.BeginAsync(change, person.Id, attempt.Remember, attempt.Address, attempt.UserAgent, cancellationToken);
        change.Record(AuditChain.Installation, new(
            AuditCategory.Auth, "session.started", new(FeedSubject.User, person.Id, person.Name), Details: SessionService.Details(session.Id)));
        return new SignedIn(person.Id, person.Name, session.Id, session.ExpiresAt, attempt.Remember);
    }

    static async Task<Result<SignedIn>> RefuseAsync(UnitOfWork change, FailureCounter failures, DashboardUser? person, CancellationToken cancellationToken)
    {
        var left = await failures.CountAsync(change, cancellationToken);
        // Without an account the email stays out of the log: people enter passwords in the wrong field.
        var target = person is null ? new AuditTarget(FeedSubject.User, "unknown", "Unknown address") : new(FeedSubject.User, person.Id, person.Name);
        change.Record(AuditChain.Installation, new(
            AuditCategory.Auth, "session.refused", target, Succeeded: false, left == 0 ? """{"pause_minutes":5}""" : "{}"));
        return new Error(ErrorCode.InvalidCredentials, "Wrong email or password. " + left switch
        {
            0 => "Try again in 5 minutes.",
            1 => "1 try left before a 5-minute lockout.",
            _ => $"{left} tries left before a 5-minute lockout.",
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

    /// <summary>The failures of one email, with or without an account, from one client network.</summary>
    sealed record FailureCounter(byte[] Account, string Network)
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
            return new(ErrorCode.RateLimited, $"Too many attempts. Try again in {(minutes == 1 ? "1 minute" : $"{minutes} minutes")}.", RetryAfter: wait);
        }

        /// <summary>Counts a failure and returns the number of attempts left before a lockout.</summary>
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
            row.LockedUntil = row.Count >= MaxFailures ? change.Now + Pause : null;
            var forgotten = change.Now - Memory;
            await change.Context.SignInFailures.Where(x => x.LastAt < forgotten && x.AccountHash != Account)
                .OrderBy(x => x.LastAt).Take(ClearedAtOnce).ExecuteDeleteAsync(cancellationToken);
            return MaxFailures - row.Count;
        }

        public Task<int> ForgetAsync(UnitOfWork change, CancellationToken cancellationToken) => In(change.Context).ExecuteDeleteAsync(cancellationToken);
    }
}
