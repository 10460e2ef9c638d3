using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>A sign-in whose password was right and that waits for the second factor. It is no session: nothing can be read or changed by
/// it. The browser holds it, encrypted.</summary>
/// <param name="UserId">The person.</param>
/// <param name="PasswordMark">The hash of the stored password hash: it ends when the password changes.</param>
/// <param name="Remember">Whether the session survives closing the browser.</param>
/// <param name="At">When the password was entered, UTC.</param>
public sealed record PendingSignIn(string UserId, string PasswordMark, bool Remember, DateTimeOffset At)
{
    /// <summary>How long it waits.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Omits everything.</summary>
    public override string ToString() => "sign-in";

    internal static string MarkOf(string passwordHash) => Convert.ToHexString(KeyHash.Of(passwordHash));

    internal bool Counts(DashboardUser? person, DateTimeOffset now) =>
        person?.PasswordHash is { } hash && MarkOf(hash) == PasswordMark && At <= now && now - At < Lifetime;
}

/// <summary>The password is right, and the account needs its second factor too.</summary>
/// <param name="Pending">The sign-in, which the second factor completes.</param>
public sealed record SecondFactorRequired(PendingSignIn Pending)
    : Error(ErrorCode.SecondFactorRequired, "Enter the code of your authenticator app, or a recovery code.");

/// <summary>The second step of a sign-in, and the sign-in by passkey, which takes one step. A code is limited as a password is: by account
/// and network, with a lane of its own for a browser that the account has signed in from before.</summary>
public sealed partial class SignInService
{
    /// <summary>The number of wrong codes of an account from all networks together, in a row within a day of each other, after which only
    /// known browsers and the networks that the person signs in from can try codes. Someone with the password and many networks would guess
    /// six digits otherwise.</summary>
    public const int MaxCodes = 100;

    /// <summary>How long they cannot.</summary>
    public static readonly TimeSpan CodesPause = TimeSpan.FromDays(1);

    static readonly Error expired = new(ErrorCode.SessionRequired, "Your sign-in took too long. Enter your password again.");

    /// <summary>Completes a sign-in by a code of the authenticator app or a recovery code.</summary>
    /// <param name="pending">The sign-in that waits.</param>
    /// <param name="code">The code as entered.</param>
    /// <param name="origin">The request; its email and password do not matter.</param>
    /// <returns>The session; or <see cref="ErrorCode.InvalidRequest"/> if the code is empty, <see cref="ErrorCode.InvalidCredentials"/>,
    /// <see cref="ErrorCode.RateLimited"/> during a lockout, or <see cref="ErrorCode.SessionRequired"/> if the sign-in waited too
    /// long.</returns>
    public async Task<Result<SignedIn>> SignInWithCodeAsync(
        PendingSignIn pending, string? code, SignInAttempt origin, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(code))
        {
            return Error.Invalid("code", "Enter your code.");
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await context.Users.AsNoTracking().SingleOrDefaultAsync(x => x.Id == pending.UserId, cancellationToken);
        if (person is null || !pending.Counts(person, time.GetUtcNow()))
        {
            return expired;
        }

        var failures = new CodeFailures(pending.UserId, Network.Of(origin.Client));
        var browser = await KnownBrowsers.FindAsync(context, origin.BrowserSecret, person, time.GetUtcNow(), cancellationToken);
        if (browser is null && await FindPauseAsync(context, failures, person, time.GetUtcNow(), cancellationToken) is { } pause)
        {
            return pause;
        }

        var wait = browser is null ? limits.FailedSignIns.Waits(origin.Client) : null;
        var lane = browser is not null ? PasswordLane.OfBrowser(browser.SecretHash, origin.Client)
            : PasswordLane.Of(origin.Client, isLast: wait is not null);
        var entered = await codes.ReadAsync(person.Id, code, lane, cancellationToken);
        if (entered.Error is { } busy)
        {
            return busy;
        }

        var verdict = await JudgeAsync(context, pending, entered.Value, failures, origin, person, cancellationToken);
        return verdict.Error is { } fault ? fault
            : verdict.Value is { Error: { Code: ErrorCode.InvalidCredentials } wrong } && browser is null ? Fail(origin, wait, wrong)
            : verdict.Value;
    }

    /// <summary>Signs a person in by a passkey, which proves two factors at once: the device, and the finger, face or PIN that unlocks
    /// it.</summary>
    /// <param name="answer">The browser's answer, as JSON.</param>
    /// <param name="state">The state of the challenge.</param>
    /// <param name="pending">The sign-in that waits for a second factor, or null.</param>
    /// <param name="origin">The request; its email and password do not matter.</param>
    /// <returns>The session; or <see cref="ErrorCode.InvalidCredentials"/>, or <see cref="ErrorCode.RateLimited"/> after too many failures
    /// from one address.</returns>
    public async Task<Result<SignedIn>> SignInWithPasskeyAsync(
        string? answer, string? state, PendingSignIn? pending, SignInAttempt origin, CancellationToken cancellationToken)
    {
        var wait = limits.FailedSignIns.Waits(origin.Client);
        var verified = await passkeys.VerifyAsync(answer, state);
        if (verified.Error is { } wrong)
        {
            refusals.Note(origin.Address, RefusalReason.Passkeys);
            return Fail(origin, wait, wrong);
        }

        var passkey = verified.Value;
        if (pending is not null && pending.UserId != passkey.UserId)
        {
            return new Error(ErrorCode.InvalidCredentials, "This passkey is of another account.");
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await context.Users.AsNoTracking().SingleAsync(x => x.Id == passkey.UserId, cancellationToken);
        return await changes.RunAsync<SignedIn>(
            context,
            new(PartyType.User, person.Id, person.Name, Network.ToText(origin.Address)),
            async (change, token) =>
            {
                await SessionService.LockAsync(change, origin.ReplacedSessionId, token);
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                if (!await PasskeyAnswers.TakeAsync(change, passkey, token))
                {
                    return new Error(ErrorCode.InvalidCredentials, "This passkey has been used since the page was opened. Try again.");
                }

                var current = await change.Context.Users.SingleAsync(x => x.Id == person.Id, token);
                var browser = await KnownBrowsers.FindAsync(change.Context, origin.BrowserSecret, current, change.Now, token);
                return await BeginSessionAsync(change, browser, current, origin, "passkey", token);
            },
            cancellationToken);
    }

    Task<Result<Result<SignedIn>>> JudgeAsync(
        DashboardContext context, PendingSignIn pending, EnteredCode entered, CodeFailures failures,
        SignInAttempt origin, DashboardUser person,
        CancellationToken cancellationToken) => changes.RunAsync<Result<SignedIn>>(
            context,
            new(PartyType.User, person.Id, person.Name, Network.ToText(origin.Address)),
            async (change, token) =>
            {
                await SessionService.LockAsync(change, origin.ReplacedSessionId, token);
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                var current = await change.Context.Users.SingleOrDefaultAsync(x => x.Id == person.Id, token);
                if (current is null || !pending.Counts(current, change.Now))
                {
                    return expired;
                }

                var browser = await KnownBrowsers.FindAsync(change.Context, origin.BrowserSecret, current, change.Now, token);
                if (browser is null && await FindPauseAsync(change.Context, failures, current, change.Now, token) is { } paused)
                {
                    return paused;
                }

                if (await codes.TakeAsync(change, current.Id, entered, token) is not { } factor)
                {
                    return await RefuseCodeAsync(change, failures, browser, current, origin.Site, token);
                }

                if (browser is null)
                {
                    await failures.OfNetwork.ForgetAsync(change, token);
                    var email = new SignInFailureCounter(KeyHash.Of(current.NormalizedEmail), failures.OfNetwork.Network);
                    await email.ForgetAsync(change, token);
                }

                if (factor == SecondFactorCodes.RecoveryMethod)
                {
                    await RecordRecoveryCodeAsync(change, current, token);
                }

                return (Result<SignedIn>)await BeginSessionAsync(
                    change, browser, current, origin with { Remember = pending.Remember }, factor, token);
            },
            cancellationToken);

    async Task<Error?> FindPauseAsync(
        DashboardContext context, CodeFailures failures, DashboardUser person, DateTimeOffset now, CancellationToken cancellationToken) =>
        await failures.OfNetwork.FindPauseAsync(context, clock, now, cancellationToken)
        ?? (await failures.OfAll.FindPauseAsync(context, clock, now, cancellationToken) is { } pause
            && !await IsUsualAsync(context, person, failures.OfNetwork.Network, cancellationToken) ? pause : null);

    async Task<Result<SignedIn>> RefuseCodeAsync(
        UnitOfWork change, CodeFailures failures, KnownBrowser? browser, DashboardUser person,
        string site, CancellationToken cancellationToken)
    {
        var nobody = Actor.Anonymous(change.Actor.Address); // who does not have the second factor is not the person
        var target = new AuditTarget(FeedSubject.User, person.Id, person.Name);
        if (browser is not null)
        {
            if (++browser.Failures >= KnownBrowsers.MaxFailures)
            {
                change.Context.Remove(browser);
            }

            change.RecordAs(nobody, AuditChain.Installation, new(
                AuditCategory.Auth, "session.refused", target, Succeeded: false, """{"factor":"code"}"""));
            return new Error(ErrorCode.InvalidCredentials, "Wrong code.");
        }

        var (left, minutes) = await CountAsync(change, failures.OfNetwork, person, site, cancellationToken);
        await failures.OfAll.CountAsync(change, clock, MaxCodes, CodesPause, cancellationToken);
        if (left == 0 && await failures.Mails.NoteAttackAsync(change, cancellationToken))
        {
            SecondFactorMail.Failed(outbox, change, person.Email!);
        }

        change.RecordAs(nobody, AuditChain.Installation, new(
            AuditCategory.Auth, "session.refused", target, Succeeded: false,
            left == 0 ? JsonSerializer.Serialize(new { factor = "code", pause_minutes = minutes }) : """{"factor":"code"}"""));
        return new Error(ErrorCode.InvalidCredentials, $"Wrong code. {SignInFailureCounter.Describe(left, TimeSpan.FromMinutes(minutes))}");
    }

    async Task RecordRecoveryCodeAsync(UnitOfWork change, DashboardUser person, CancellationToken cancellationToken)
    {
        var left = await change.Context.RecoveryCodes.CountAsync(x => x.UserId == person.Id, cancellationToken);
        await SecondFactorService.RecordAsync(
            change, outbox, "recovery_code.used", $"A recovery code was used to sign in ({left} left)",
            cancellationToken, JsonSerializer.Serialize(new { left }));
    }

    /// <summary>The wrong codes of an account: from one network, and from all of them.</summary>
    sealed record CodeFailures(SignInFailureCounter OfNetwork, SignInFailureCounter OfAll, SignInFailureCounter Mails)
    {
        public CodeFailures(string userId, string network)
            : this(
                new(KeyHash.Of($"second-factor:{userId}"), network), new(KeyHash.Of($"second-factor-all:{userId}"), "all"),
                new(KeyHash.Of($"second-factor-mail:{userId}"), "all"))
        {
        }
    }
}
