using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>A proof of presence, as entered: one of its members is set.</summary>
/// <param name="Password">The password.</param>
/// <param name="Code">A code of the authenticator app, or a recovery code.</param>
/// <param name="Passkey">The browser's answer of a passkey, as JSON.</param>
/// <param name="Challenge">The state of the challenge that the passkey answers.</param>
public sealed record PresenceProof(string? Password = null, string? Code = null, string? Passkey = null, string? Challenge = null)
{
    /// <summary>A password by itself is a proof.</summary>
    public static implicit operator PresenceProof(string? password) => new(password);

    /// <summary>Omits what was entered.</summary>
    public override string ToString() => "proof";

    /// <summary>What it is, for a message.</summary>
    internal string Word => Passkey is not null ? "passkey" : Code is not null ? "code" : "password";
}

/// <summary>Lets a signed-in person prove to be present, for changes that a session alone is not enough for.</summary>
public sealed class PresenceService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PasswordCheck passwords, SecondFactorCodes codes,
    PasskeyAnswers passkeys, SessionOptions options, TimeProvider time)
{
    /// <summary>The network that failures are counted in: the same for the session wherever it is used from.</summary>
    const string Everywhere = "session";

    readonly PauseClock clock = new(time);

    /// <summary>Returns until when the actor's proof counts; null if there is none that does.</summary>
    /// <param name="actor">A signed-in person.</param>
    public async Task<DateTimeOffset?> FindFreshUntilAsync(Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var confirmed = await Session.Live(context.Sessions, now).Where(x => x.Id == actor.SessionId && x.UserId == actor.Id)
            .Select(x => (DateTimeOffset?)x.ConfirmedAt).SingleOrDefaultAsync(cancellationToken);
        return confirmed + options.Fresh is { } until && until > now ? until : null;
    }

    /// <summary>Verifies a proof and makes the session fresh.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="proof">The password, a code or the answer of a passkey.</param>
    /// <returns>Until when the proof counts, UTC; or <see cref="ErrorCode.InvalidRequest"/> if it is empty,
    /// <see cref="ErrorCode.InvalidCredentials"/>, <see cref="ErrorCode.RateLimited"/> during a lockout of the session, or
    /// <see cref="ErrorCode.SessionRequired"/>.</returns>
    public async Task<Result<DateTimeOffset>> ConfirmAsync(Actor actor, PresenceProof proof, CancellationToken cancellationToken)
    {
        if (actor.SessionId is not { } id)
        {
            return Error.SessionRequired;
        }

        if (string.IsNullOrEmpty(proof.Passkey ?? proof.Code ?? proof.Password))
        {
            return Error.Invalid(proof.Word, $"Enter your {proof.Word}.");
        }

        var failures = new SignInFailureCounter(SubjectOf(id), Everywhere);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await failures.FindPauseAsync(context, clock, time.GetUtcNow(), cancellationToken) is { } pause)
        {
            return pause;
        }

        var person = await context.Users.AsNoTracking().SingleOrDefaultAsync(x => x.Id == actor.Id, cancellationToken);
        var read = await ReadAsync(proof, person, PasswordLane.OfSession(actor), cancellationToken);
        if (read.Error is { } busy)
        {
            return busy;
        }

        var verdict = await changes.RunAsync<Result<DateTimeOffset>>(
            context,
            actor,
            async (change, token) =>
            {
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                if (await failures.FindPauseAsync(change.Context, clock, change.Now, token) is { } paused)
                {
                    return paused;
                }

                return await read.Value(change, token) ? await AcceptAsync(change, failures, id, token)
                    : await RefuseAsync(change, failures, proof.Word, token);
            },
            cancellationToken);
        return verdict.Error is { } fault ? fault : verdict.Value;
    }

    static byte[] SubjectOf(string sessionId) => KeyHash.Of($"session:{sessionId}");

    /// <summary>Does what takes long before the transaction, and returns the check that counts within it.</summary>
    async Task<Result<Func<UnitOfWork, CancellationToken, Task<bool>>>> ReadAsync(
        PresenceProof proof, DashboardUser? person, PasswordLane lane, CancellationToken cancellationToken)
    {
        if (person is null)
        {
            return Result.Of<Func<UnitOfWork, CancellationToken, Task<bool>>>((_, _) => Task.FromResult(false));
        }

        if (proof.Passkey is not null)
        {
            var verified = await passkeys.VerifyAsync(proof.Passkey, proof.Challenge);
            return Result.Of<Func<UnitOfWork, CancellationToken, Task<bool>>>(async (change, token) =>
                verified is { Succeeded: true, Value: var passkey } && passkey.UserId == person.Id
                    && await PasskeyAnswers.TakeAsync(change, passkey, token));
        }

        if (proof.Code is not null)
        {
            var entered = await codes.ReadAsync(person.Id, proof.Code, lane, cancellationToken);
            return entered.Map<Func<UnitOfWork, CancellationToken, Task<bool>>>(
                code => async (change, token) => await codes.TakeAsync(change, person.Id, code, token) is not null);
        }

        var result = proof.Password!.Length > PasswordRules.MaxLength
            ? PasswordVerificationResult.Failed
            : await passwords.VerifyAsync(person, proof.Password, lane, cancellationToken);
        return result.Map<Func<UnitOfWork, CancellationToken, Task<bool>>>(verified => async (change, token) =>
            verified is not PasswordVerificationResult.Failed
            && await change.Context.Users.AnyAsync(x => x.Id == person.Id && x.PasswordHash == person.PasswordHash, token));
    }

    async Task<Result<DateTimeOffset>> RefuseAsync(
        UnitOfWork change, SignInFailureCounter failures, string word, CancellationToken cancellationToken)
    {
        var left = await failures.CountAsync(change, clock, SignInService.MaxFailures, SignInService.Pause, cancellationToken);
        Record(change, "session.confirmation_refused", succeeded: false);
        return new Error(ErrorCode.InvalidCredentials, $"Wrong {word}. {SignInFailureCounter.Describe(left, SignInService.Pause)}");
    }

    async Task<Result<DateTimeOffset>> AcceptAsync(
        UnitOfWork change, SignInFailureCounter failures, string id, CancellationToken cancellationToken)
    {
        await failures.ForgetAsync(change, cancellationToken);
        await change.Context.Sessions.Where(x => x.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.ConfirmedAt, change.Now), cancellationToken);
        Record(change, "session.confirmed", succeeded: true);
        return change.Now + options.Fresh;
    }

    static void Record(UnitOfWork change, string action, bool succeeded) => change.Record(AuditChain.Installation, new(
        AuditCategory.Auth, action, new(FeedSubject.User, change.Actor.Id, change.Actor.Name), succeeded,
        SessionService.Details(change.Actor.SessionId!)));
}
