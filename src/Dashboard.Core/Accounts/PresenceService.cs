using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>Lets a signed-in person prove to be present, for changes that a session alone is not enough for.</summary>
public sealed class PresenceService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PasswordCheck passwords, SessionOptions options,
    TimeProvider time)
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

    /// <summary>Verifies the person's password and makes the session fresh.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="password">The password as entered.</param>
    /// <returns>Until when the proof counts, UTC; or <see cref="ErrorCode.InvalidRequest"/> if it is empty,
    /// <see cref="ErrorCode.InvalidCredentials"/>, <see cref="ErrorCode.RateLimited"/> during a lockout of the session, or
    /// <see cref="ErrorCode.SessionRequired"/>.</returns>
    public async Task<Result<DateTimeOffset>> ConfirmAsync(Actor actor, string? password, CancellationToken cancellationToken)
    {
        if (actor.SessionId is not { } id)
        {
            return Error.SessionRequired;
        }

        if (string.IsNullOrEmpty(password))
        {
            return Error.Invalid("password", "Enter your password.");
        }

        var subject = KeyHash.Of($"session:{id}");
        var failures = new SignInFailureCounter(subject, Everywhere);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await failures.FindPauseAsync(context, clock, time.GetUtcNow(), cancellationToken) is { } pause)
        {
            return pause;
        }

        var person = await context.Users.AsNoTracking().SingleOrDefaultAsync(x => x.Id == actor.Id, cancellationToken);
        var verified = password.Length > PasswordRules.MaxLength
            ? PasswordVerificationResult.Failed
            : await passwords.VerifyAsync(person, password, PasswordLane.OfBrowser(subject), cancellationToken);
        if (verified.Error is { } busy)
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

                var current = await change.Context.Users.AsNoTracking().SingleAsync(x => x.Id == actor.Id, token);
                return verified.Value is PasswordVerificationResult.Failed || current.PasswordHash != person?.PasswordHash
                    ? await RefuseAsync(change, failures, token)
                    : await AcceptAsync(change, failures, id, token);
            },
            cancellationToken);
        return verdict.Error is { } fault ? fault : verdict.Value;
    }

    async Task<Result<DateTimeOffset>> RefuseAsync(UnitOfWork change, SignInFailureCounter failures, CancellationToken cancellationToken)
    {
        var left = await failures.CountAsync(change, clock, SignInService.MaxFailures, SignInService.Pause, cancellationToken);
        Record(change, "session.confirmation_refused", succeeded: false);
        return new Error(ErrorCode.InvalidCredentials, "Wrong password. " + SignInFailureCounter.Describe(left, SignInService.Pause));
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
