using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Mail;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>What a person can sign in with beside the password.</summary>
/// <param name="AuthenticatorSince">Since when they have an authenticator app, UTC, or null.</param>
/// <param name="RecoveryCodesLeft">The number of recovery codes that have not been used.</param>
/// <param name="Passkeys">The passkeys, the oldest first.</param>
/// <param name="RequiredBy">The names of the person's organizations that require a second factor.</param>
public sealed record SecondFactorStatus(
    DateTimeOffset? AuthenticatorSince, int RecoveryCodesLeft, IReadOnlyList<PasskeySummary> Passkeys, IReadOnlyList<string> RequiredBy)
{
    /// <summary>Whether the person has a second factor.</summary>
    public bool Any => AuthenticatorSince is not null || Passkeys.Count > 0;

    /// <summary>Whether the person needs a second factor and has none.</summary>
    public bool IsMissing => !Any && RequiredBy.Count > 0;
}

/// <summary>The result of adding a second factor.</summary>
/// <param name="Codes">Recovery codes, which the first factor brings; otherwise null.</param>
public sealed record SecondFactorAdded(NewRecoveryCodes? Codes);

/// <summary>Sets up and removes a person's authenticator app and recovery codes. Each change needs a fresh proof of presence and sends a
/// mail.</summary>
public sealed class SecondFactorService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, SecondFactorCodes codes,
    PresenceService presence, MailOutbox outbox)
{
    /// <summary>Returns what a person can sign in with.</summary>
    /// <param name="actor">A signed-in person.</param>
    public async Task<SecondFactorStatus> GetAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return new(
            await context.Authenticators.Where(x => x.UserId == actor.Id).Select(x => (DateTimeOffset?)x.ConfirmedAt)
                .SingleOrDefaultAsync(cancellationToken),
            await context.RecoveryCodes.CountAsync(x => x.UserId == actor.Id, cancellationToken),
            await PasskeyService.ListAsync(context, actor.Id, cancellationToken),
            await SecondFactors.RequiredBy(context, actor.Id).ToListAsync(cancellationToken));
    }

    /// <summary>Returns whether the actor lacks the second factor that an organization of theirs requires. Through an access token only its
    /// own organization counts.</summary>
    public async Task<bool> LacksAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await SecondFactors.LacksAsync(context, actor.Id, actor.Token?.OrganizationId, cancellationToken);
    }

    /// <summary>Begins to set up an authenticator app, with a new secret.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns>The setup; or <see cref="ErrorCode.SessionRequired"/> or <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public async Task<Result<AuthenticatorSetup>> BeginAsync(Actor actor, CancellationToken cancellationToken)
    {
        if (actor.SessionId is null)
        {
            return Error.SessionRequired;
        }

        if (await presence.FindFreshUntilAsync(actor, cancellationToken) is null)
        {
            return Error.FreshSignInRequired(throughToken: false);
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return new AuthenticatorSetup(
            await context.Users.Where(x => x.Id == actor.Id).Select(x => x.Email!).SingleAsync(cancellationToken));
    }

    /// <summary>Turns on an authenticator app, in place of the one that the person may have.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="setup">The setup.</param>
    /// <param name="code">The code that the app shows.</param>
    /// <returns>Recovery codes if it is the first factor; or <see cref="ErrorCode.InvalidRequest"/> for a wrong code,
    /// <see cref="ErrorCode.SessionRequired"/> or <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public async Task<Result<SecondFactorAdded>> TurnOnAsync(
        Actor actor, AuthenticatorSetup setup, string? code, CancellationToken cancellationToken)
    {
        if (actor.SessionId is null)
        {
            return Error.SessionRequired;
        }

        var made = await MakeIfFirstAsync(actor, cancellationToken);
        return made.Error is { } busy ? busy : await changes.RunAsync<SecondFactorAdded>(
            actor,
            async (change, token) =>
            {
                if (await change.CheckPresenceAsync(token) is { } stale)
                {
                    return stale;
                }

                if (TimeCodes.Match(
                    setup.Secret, string.Concat((code ?? "").Where(c => !char.IsWhiteSpace(c))), change.Now, after: 0) is not { } step)
                {
                    return Error.Invalid("code", string.IsNullOrWhiteSpace(code)
                        ? "Enter the six digits that the app shows."
                        : "That code is wrong or has passed. Enter the one showing now; if it fails again, check the clock of your phone.");
                }

                var row = await change.Context.Authenticators.SingleOrDefaultAsync(x => x.UserId == actor.Id, token);
                var isNew = row is null;
                if (row is null)
                {
                    change.Context.Add(row = new() { UserId = actor.Id, ProtectedSecret = [], ConfirmedAt = change.Now, LastStep = step });
                }

                (row.ProtectedSecret, row.ConfirmedAt, row.LastStep) = (codes.Protect(setup.Secret), change.Now, step);
                var added = await AddCodesAsync(change, made.Value, token);
                await RecordAsync(
                    change, outbox, isNew ? "authenticator.added" : "authenticator.replaced",
                    isNew ? "An authenticator app was set up" : "Your authenticator app was replaced", token);
                return added;
            },
            cancellationToken);
    }

    /// <summary>Removes the authenticator app.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns><see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Conflict"/> if it is the only factor and an organization requires
    /// one, <see cref="ErrorCode.SessionRequired"/> or <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public async Task<Result<Unit>> TurnOffAsync(Actor actor, CancellationToken cancellationToken) => actor.SessionId is null
        ? Error.SessionRequired
        : await changes.RunAsync<Unit>(
            actor,
            async (change, token) =>
            {
                if (await change.CheckPresenceAsync(token) is { } stale)
                {
                    return stale;
                }

                if (await change.Context.Authenticators.Where(x => x.UserId == actor.Id).ExecuteDeleteAsync(token) == 0)
                {
                    return Error.NotFound;
                }

                if (await AfterRemovalAsync(change, token) is { } required)
                {
                    return required;
                }

                await RecordAsync(change, outbox, "authenticator.removed", "Your authenticator app was removed", token);
                return default(Unit);
            },
            cancellationToken);

    /// <summary>Replaces the recovery codes.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns>The new codes; or <see cref="ErrorCode.Conflict"/> if the person has no second factor,
    /// <see cref="ErrorCode.SessionRequired"/> or <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public async Task<Result<NewRecoveryCodes>> RenewCodesAsync(Actor actor, CancellationToken cancellationToken)
    {
        if (actor.SessionId is null)
        {
            return Error.SessionRequired;
        }

        if (await presence.FindFreshUntilAsync(actor, cancellationToken) is null)
        {
            return Error.FreshSignInRequired(throughToken: false); // before a second of hashing
        }

        var made = await codes.MakeAsync(actor, cancellationToken);
        return made.Error is { } busy ? busy : await changes.RunAsync<NewRecoveryCodes>(
            actor,
            async (change, token) =>
            {
                if (await change.CheckPresenceAsync(token) is { } stale)
                {
                    return stale;
                }

                if (!await SecondFactors.AnyAsync(change.Context, actor.Id, token))
                {
                    return new Error(
                        ErrorCode.Conflict, "Set up an authenticator app or a passkey first. Recovery codes stand in for them.");
                }

                await change.Context.RecoveryCodes.Where(x => x.UserId == actor.Id).ExecuteDeleteAsync(token);
                change.Context.AddRange(made.Value.Rows);
                await RecordAsync(
                    change, outbox, "recovery_codes.replaced", "New recovery codes were made, and the old ones no longer work", token);
                return made.Value.Codes;
            },
            cancellationToken);
    }

    /// <summary>Makes recovery codes if the person has no second factor yet; otherwise returns null.</summary>
    internal async Task<Result<(NewRecoveryCodes Codes, IReadOnlyList<RecoveryCode> Rows)?>> MakeIfFirstAsync(
        Actor actor, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await SecondFactors.AnyAsync(context, actor.Id, cancellationToken)
            ? default((NewRecoveryCodes, IReadOnlyList<RecoveryCode>)?)
            : (await codes.MakeAsync(actor, cancellationToken)).Map<(NewRecoveryCodes Codes, IReadOnlyList<RecoveryCode> Rows)?>(x => x);
    }

    /// <summary>Stores the recovery codes that the first factor brings.</summary>
    internal static async Task<SecondFactorAdded> AddCodesAsync(
        UnitOfWork change, (NewRecoveryCodes Codes, IReadOnlyList<RecoveryCode> Rows)? made, CancellationToken cancellationToken)
    {
        if (made is not { } first || await change.Context.RecoveryCodes.AnyAsync(x => x.UserId == change.Actor.Id, cancellationToken))
        {
            return new(null);
        }

        change.Context.AddRange(first.Rows);
        return new(first.Codes);
    }

    /// <summary>Refuses to remove the last factor while an organization requires one. Otherwise removes the recovery codes with the last
    /// factor, since they stand in for it.</summary>
    internal static async Task<Error?> AfterRemovalAsync(UnitOfWork change, CancellationToken cancellationToken)
    {
        if (await SecondFactors.AnyAsync(change.Context, change.Actor.Id, cancellationToken))
        {
            return null;
        }

        if (await SecondFactors.RequiredBy(change.Context, change.Actor.Id).FirstOrDefaultAsync(cancellationToken) is { } organization)
        {
            return new(ErrorCode.Conflict,
                $"{organization} requires a second factor, and this is your only one. Add another before you remove it.");
        }

        await change.Context.RecoveryCodes.Where(x => x.UserId == change.Actor.Id).ExecuteDeleteAsync(cancellationToken);
        return null;
    }

    /// <summary>Records a change of the actor's own factors, and tells the person by mail.</summary>
    /// <param name="what">What happened, as the first part of a sentence.</param>
    internal static async Task RecordAsync(
        UnitOfWork change, MailOutbox outbox, string action, string what, CancellationToken cancellationToken, string details = "{}")
    {
        change.Record(AuditChain.Installation, new(
            AuditCategory.Auth, action, new(FeedSubject.User, change.Actor.Id, change.Actor.Name), Details: details));
        var email = await change.Context.Users.Where(x => x.Id == change.Actor.Id).Select(x => x.Email!).SingleAsync(cancellationToken);
        SecondFactorMail.Changed(outbox, change, email, what);
    }
}
