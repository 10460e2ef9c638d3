using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Limits;
using Dashboard.Core.Mail;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Accounts;

/// <summary>A sign-in request.</summary>
/// <param name="Email">The email as entered.</param>
/// <param name="Password">The password as entered.</param>
/// <param name="Remember">Whether the session survives closing the browser.</param>
/// <param name="Address">The client address, or null.</param>
/// <param name="UserAgent">The <c>User-Agent</c> header, or null.</param>
public sealed record SignInAttempt(string? Email, string? Password, bool Remember, IPAddress? Address, string? UserAgent)
{
    /// <summary>Whether the address may be that of a proxy, which stands for many clients. If so, it is not limited.</summary>
    public bool IsProxyAddress { get; init; }

    /// <summary>The secret of the browser, if it has signed in before; see <see cref="KnownBrowser"/>.</summary>
    public string? BrowserSecret { get; init; }

    /// <summary>The session that the browser has, which the new one replaces; or null.</summary>
    public string? ReplacedSessionId { get; init; }

    /// <summary>The public URL, which links in a mail about the sign-in begin with.</summary>
    public string Site { get; init; } = "http://localhost";

    /// <summary>The code of the second factor, for a client that sends it together with the password; or null.</summary>
    public string? Code { get; init; }

    /// <summary>The address that failures are counted for, or null.</summary>
    internal IPAddress? Client => IsProxyAddress ? null : Address;

    /// <summary>Omits what was entered.</summary>
    public override string ToString() => $"sign-in from {Network.ToText(Address) ?? "nowhere"}";
}

/// <summary>The result of a sign-in. Its secrets are for cookies.</summary>
/// <param name="UserId">The person's identifier.</param>
/// <param name="Name">The person's name.</param>
/// <param name="SessionId">The new session.</param>
/// <param name="ExpiresAt">When the session expires at the latest, UTC.</param>
/// <param name="Remember">Whether the session survives closing the browser.</param>
public sealed record SignedIn(string UserId, string Name, string SessionId, DateTimeOffset ExpiresAt, bool Remember)
{
    /// <summary>The secret of the session.</summary>
    public required string SessionSecret { get; init; }

    /// <summary>The secret by which the browser is known from now on.</summary>
    public required string BrowserSecret { get; init; }

    /// <summary>Omits the secrets.</summary>
    public override string ToString() => $"session {SessionId} of {UserId}";
}

/// <summary>Verifies passwords, counts failures and starts sessions. An attacker has <see cref="MaxFailures"/> attempts per
/// <see cref="Pause"/> for each account from each client network, and no response reveals whether the account exists. A browser that the
/// account has signed in from before is judged by its own failures alone, so no stranger can lock a person out.</summary>
public sealed partial class SignInService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PasswordCheck passwords, SecondFactorCodes codes,
    PasskeyAnswers passkeys, SessionService sessions, MailOutbox outbox, RateLimits limits, RefusalLedger refusals, TimeProvider time,
    ILogger<SignInService> log)
{
    /// <summary>The number of consecutive failures that start a lockout.</summary>
    public const int MaxFailures = 5;

    /// <summary>The same for a network that is new to an account, while many networks fail on it.</summary>
    public const int MaxFailuresUnderAttack = 2;

    /// <summary>The length of a lockout.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>The length of a lockout of a network that is new to an account, while many networks fail on it.</summary>
    public static readonly TimeSpan PauseUnderAttack = TimeSpan.FromMinutes(15);

    /// <summary>The number of recent sign-ins that tell which networks an account is used from.</summary>
    const int RecentSessions = 100;

    readonly PauseClock clock = new(time);

    /// <summary>Signs a person in with a new session. The session that the browser had ends.</summary>
    /// <param name="attempt">The request.</param>
    /// <returns>The session; or <see cref="SecondFactorRequired"/> if the password is right and the account has a second factor that the
    /// request did not send, <see cref="ErrorCode.InvalidRequest"/> if a field is empty, <see cref="ErrorCode.InvalidCredentials"/>, or
    /// <see cref="ErrorCode.RateLimited"/> during a lockout, for a wrong password after too many failures from one address, or while too
    /// many people sign in at once. An attempt during a lockout is not checked and leaves no audit entry; that of the failure that started
    /// the lockout stands for it.</returns>
    public async Task<Result<SignedIn>> SignInAsync(SignInAttempt attempt, CancellationToken cancellationToken)
    {
        var outcome = await SignInWithPasswordAsync(attempt, cancellationToken);
        return outcome.Error is SecondFactorRequired { Pending: var pending } && !string.IsNullOrWhiteSpace(attempt.Code)
            ? await SignInWithCodeAsync(pending, attempt.Code, attempt, cancellationToken)
            : outcome;
    }

    async Task<Result<SignedIn>> SignInWithPasswordAsync(SignInAttempt attempt, CancellationToken cancellationToken)
    {
        if (Check(attempt) is { } incomplete)
        {
            return incomplete;
        }

        var email = EmailAddress.Normalize(attempt.Email!);
        var failures = new SignInFailureCounter(SHA256.HashData(Encoding.UTF8.GetBytes(email)), Network.Of(attempt.Client));
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await context.Users.AsNoTracking().Where(x => x.NormalizedEmail == email).FirstOrDefaultAsync(cancellationToken);
        var browser = await KnownBrowsers.FindAsync(context, attempt.BrowserSecret, person, time.GetUtcNow(), cancellationToken);
        if (browser is null && await failures.FindPauseAsync(context, clock, time.GetUtcNow(), cancellationToken) is { } pause)
        {
            return pause;
        }

        // The failures of one address slow it down, but never refuse a right password: others may share the address.
        var wait = browser is null ? limits.FailedSignIns.Waits(attempt.Client) : null;
        var lane = browser is not null ? PasswordLane.OfBrowser(browser.SecretHash, attempt.Client)
            : PasswordLane.Of(attempt.Client, isLast: wait is not null);
        var verified = await VerifyAsync(attempt, person, lane, cancellationToken);
        if (verified.Error is { } busy)
        {
            return busy;
        }

        var verdict = await JudgeAsync(context, attempt, failures, person, verified.Value, cancellationToken);
        if (verdict is not { Succeeded: true, Value.Error.Code: ErrorCode.InvalidCredentials } || browser is not null)
        {
            return verdict.Error is { } fault ? fault : verdict.Value;
        }

        return Fail(attempt, wait, verdict.Value.Error!);
    }

    /// <summary>Counts a failure of an address, and replaces the error while the address has to wait.</summary>
    Error Fail(SignInAttempt attempt, TimeSpan? wait, Error error)
    {
        limits.FailedSignIns.Take(attempt.Client);
        if (wait is not { } rest)
        {
            return error;
        }

        refusals.Note(attempt.Address, RefusalReason.FailedSignIns);
        return new Error(ErrorCode.RateLimited, "Too many attempts from your network. Try again in a minute.", RetryAfter: rest);
    }

    /// <summary>Hashing takes a tenth of a second, so it happens before the transaction. The result counts only inside: of many concurrent
    /// attempts, those after the fifth find the lockout and learn nothing.</summary>
    Task<Result<Result<SignedIn>>> JudgeAsync(
        DashboardContext context, SignInAttempt attempt, SignInFailureCounter failures, DashboardUser? person,
        PasswordVerificationResult result, CancellationToken cancellationToken) =>
        changes.RunAsync<Result<SignedIn>>(
            context,
            result is PasswordVerificationResult.Failed ? Actor.Anonymous(Network.ToText(attempt.Address))
                : new(PartyType.User, person!.Id, person.Name, Network.ToText(attempt.Address)),
            async (change, token) =>
            {
                await SessionService.LockAsync(change, attempt.ReplacedSessionId, token); // sessions come before the chain
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                var current = person is null ? null : await change.Context.Users.SingleOrDefaultAsync(x => x.Id == person.Id, token);
                var browser = await KnownBrowsers.FindAsync(change.Context, attempt.BrowserSecret, current, change.Now, token);
                if (browser is null && await failures.FindPauseAsync(change.Context, clock, change.Now, token) is { } paused)
                {
                    return paused;
                }

                if (result is PasswordVerificationResult.Failed || current is null || current.PasswordHash != person!.PasswordHash)
                {
                    return await RefuseAsync(change, failures, browser, current, attempt.Site, token);
                }

                if (await SecondFactors.AnyAsync(change.Context, current.Id, token))
                {
                    return new SecondFactorRequired(
                        new(current.Id, PendingSignIn.MarkOf(current.PasswordHash!), attempt.Remember, change.Now));
                }

                return string.IsNullOrWhiteSpace(attempt.Code)
                    ? await AcceptAsync(change, failures, browser, current, attempt, result, token)
                    : Error.Invalid("code", "This account has no second factor. Omit the code.");
            },
            cancellationToken);

    /// <summary>Input that is too long for any account is not worth hashing.</summary>
    async Task<Result<PasswordVerificationResult>> VerifyAsync(
        SignInAttempt attempt, DashboardUser? person, PasswordLane lane, CancellationToken cancellationToken) =>
        attempt.Email!.Length > EmailAddress.MaxLength || attempt.Password!.Length > PasswordRules.MaxLength
            ? PasswordVerificationResult.Failed
            : await passwords.VerifyAsync(person, attempt.Password, lane, cancellationToken);

    async Task<Result<SignedIn>> AcceptAsync(
        UnitOfWork change, SignInFailureCounter failures, KnownBrowser? browser, DashboardUser person, SignInAttempt attempt,
        PasswordVerificationResult result,
        CancellationToken cancellationToken)
    {
        if (browser is null)
        {
            await failures.ForgetAsync(change, cancellationToken);
        }

        if (result is PasswordVerificationResult.SuccessRehashNeeded)
        {
            var before = person.PasswordHash!;
            person.PasswordHash = passwords.Hash(person, attempt.Password!);
            await KnownBrowsers.RehashedAsync(change, person.Id, before, person.PasswordHash, cancellationToken);
        }

        return await BeginSessionAsync(change, browser, person, attempt, null, cancellationToken);
    }

    /// <summary>Starts the session of a person who has proved who they are.</summary>
    /// <param name="factor">The second factor that they used, or null.</param>
    async Task<SignedIn> BeginSessionAsync(
        UnitOfWork change, KnownBrowser? browser, DashboardUser person, SignInAttempt attempt,
        string? factor, CancellationToken cancellationToken)
    {
        await SessionService.ReplaceAsync(change, attempt.ReplacedSessionId, cancellationToken);
        if (browser is null && attempt.Client is { } client
            && await IsNewNetworkAsync(change, person, Network.Of(client), cancellationToken))
        {
            var mail = AccountMails.NewSignIn(
                person.Email!, attempt.Site, DeviceName.Of(attempt.UserAgent), change.Actor.Address, change.Now);
            outbox.Add(change, mail, AccountMails.NoticeLifetime);
        }

        var (session, secret) = await sessions.BeginAsync(change, person.Id, attempt, cancellationToken);
        var known = await KnownBrowsers.RememberAsync(change, browser, attempt.BrowserSecret, person, cancellationToken);
        change.Record(AuditChain.Installation, new(
            AuditCategory.Auth, "session.started", new(FeedSubject.User, person.Id, person.Name),
            Details: factor is null ? SessionService.Details(session.Id) : JsonSerializer.Serialize(new { session = session.Id, factor })));
        return new SignedIn(
            person.Id, person.Name, session.Id, session.ExpiresAt, attempt.Remember)
        { SessionSecret = secret, BrowserSecret = known };
    }

    async Task<Result<SignedIn>> RefuseAsync(
        UnitOfWork change, SignInFailureCounter failures, KnownBrowser? browser, DashboardUser? person, string site,
        CancellationToken cancellationToken)
    {
        // Without an account the email stays out of the log: people enter passwords in the wrong field.
        var target = person is null ? new AuditTarget(FeedSubject.User, "unknown", "Unknown address")
            : new(FeedSubject.User, person.Id, person.Name);
        if (browser is not null)
        {
            var last = ++browser.Failures >= KnownBrowsers.MaxFailures;
            if (last)
            {
                change.Context.Remove(browser);
            }

            change.Record(AuditChain.Installation,
                new(AuditCategory.Auth, "session.refused", target, Succeeded: false, last ? """{"known_browser":"forgotten"}""" : "{}"));
            return new Error(ErrorCode.InvalidCredentials, "Wrong email or password.");
        }

        var (left, minutes) = await CountAsync(change, failures, person, site, cancellationToken);
        change.Record(AuditChain.Installation, new(
            AuditCategory.Auth, "session.refused", target, Succeeded: false, left == 0
                ? JsonSerializer.Serialize(new { pause_minutes = minutes }) : "{}"));
        return new Error(
            ErrorCode.InvalidCredentials, $"Wrong email or password. {SignInFailureCounter.Describe(left, TimeSpan.FromMinutes(minutes))}");
    }

    /// <summary>Counts a failure of a network, and notices an attack on the account, which is mailed to the person once.</summary>
    /// <returns>The attempts that are left before a lockout, and its length in minutes.</returns>
    async Task<(int Left, int Minutes)> CountAsync(
        UnitOfWork change, SignInFailureCounter failures, DashboardUser? person, string site, CancellationToken cancellationToken)
    {
        var attacked = await failures.IsAttackedAsync(change, cancellationToken);
        if (attacked && await failures.NoteAttackAsync(change, cancellationToken) && person is not null)
        {
            change.Record(AuditChain.Installation, new(
                AuditCategory.Auth, "account.attacked", new(FeedSubject.User, person.Id, person.Name), Succeeded: false));
            outbox.Add(
                change, AccountMails.Attacked(person.Email!, site, SignInFailureCounter.AttackNetworks, change.Now),
                AccountMails.NoticeLifetime);
            LogAttacked(person.Id, SignInFailureCounter.AttackNetworks);
        }

        var (max, pause) = attacked && !await IsUsualAsync(change.Context, person, failures.Network, cancellationToken)
            ? (MaxFailuresUnderAttack, PauseUnderAttack) : (MaxFailures, Pause);
        return (await failures.CountAsync(change, clock, max, pause, cancellationToken), (int)pause.TotalMinutes);
    }

    /// <summary>Returns whether a person has recently signed in from a network.</summary>
    static async Task<bool> IsUsualAsync(
        DashboardContext context, DashboardUser? person, string network, CancellationToken cancellationToken)
    {
        if (person is null)
        {
            return false;
        }

        var addresses = await context.Sessions.Where(x => x.UserId == person.Id).OrderByDescending(x => x.CreatedAt)
            .Take(RecentSessions).Select(x => x.Address).ToListAsync(cancellationToken);
        return addresses.Any(address => IPAddress.TryParse(address, out var parsed) && Network.Of(parsed) == network);
    }

    /// <summary>Returns whether a person signed in before, but not from this network.</summary>
    static async Task<bool> IsNewNetworkAsync(
        UnitOfWork change, DashboardUser person, string network, CancellationToken cancellationToken) =>
        (await change.Context.KnownBrowsers.AnyAsync(x => x.UserId == person.Id, cancellationToken)
            || await change.Context.Sessions.AnyAsync(x => x.UserId == person.Id, cancellationToken))
        && !await IsUsualAsync(change.Context, person, network, cancellationToken);

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

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Sign-ins to the account of user {UserId} fail from more than {Networks} networks. "
            + "New networks get fewer attempts until that ends.")]
    partial void LogAttacked(string userId, int networks);
}
