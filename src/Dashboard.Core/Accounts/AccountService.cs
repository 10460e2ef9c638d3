using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Mail;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>A person's own account.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Email">The email address.</param>
/// <param name="CreatedAt">When the account was created, UTC.</param>
/// <param name="HasPassword">Whether it has a password.</param>
/// <param name="PasswordChangedAt">When the password was last changed, UTC; null while it is the first.</param>
/// <param name="PendingEmail">The new address that is not confirmed yet, or null.</param>
public sealed record AccountProfile(
    string Name, string Email, DateTimeOffset CreatedAt, bool HasPassword, DateTimeOffset? PasswordChangedAt, string? PendingEmail);

/// <summary>A changed password. Its secret is for a cookie.</summary>
/// <param name="BrowserSecret">The secret by which the browser is known from now on.</param>
public sealed record ChangedPassword(string BrowserSecret)
{
    /// <summary>Omits the secret.</summary>
    public override string ToString() => nameof(ChangedPassword);
}

/// <summary>Lets people change their own account: name, password and email address.</summary>
public sealed class AccountService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PasswordCheck passwords,
    PresenceService presence, MailOutbox outbox, TimeProvider time)
{
    const string ConfirmPath = "/account/confirm-email";

    static readonly Error dead =
        new(ErrorCode.NotFound, "This link no longer works. It works once, within an hour, and not after another change of the account.");

    /// <summary>Reads the actor's account.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns>The account, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<AccountProfile>> FindAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await context.Users.AsNoTracking().SingleOrDefaultAsync(x => x.Id == actor.Id, cancellationToken);
        if (person is null)
        {
            return Error.NotFound;
        }

        var pending = await AccountLink.Live(context.AccountLinks, time.GetUtcNow())
            .Where(x => x.UserId == actor.Id && x.Kind == AccountLinkKind.EmailChange)
            .Select(x => x.Email).FirstOrDefaultAsync(cancellationToken);
        return new AccountProfile(
            person.Name, person.Email!, person.CreatedAt, person.PasswordHash is not null, person.PasswordChangedAt, pending);
    }

    /// <summary>Changes the actor's name.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="name">1 to 100 characters.</param>
    /// <returns><see cref="ErrorCode.InvalidRequest"/>, or <see cref="ErrorCode.SessionRequired"/>.</returns>
    public async Task<Result<Unit>> RenameAsync(Actor actor, string? name, CancellationToken cancellationToken)
    {
        if (Check(actor, Names.Check(name), "name") is { } fault)
        {
            return fault;
        }

        return await changes.RunAsync<Unit>(
            actor,
            async (change, token) =>
            {
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                var person = await change.Context.Users.SingleAsync(x => x.Id == actor.Id, token);
                if (person.Name != name!.Trim())
                {
                    person.Name = name.Trim();
                    Record(change, person, "user.renamed");
                }

                return default(Unit);
            },
            cancellationToken);
    }

    /// <summary>Changes the actor's password. All other sessions end, and no browser but this one is known to the account.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="current">The present password as entered; not needed by an account without one, which needs a fresh proof of presence
    /// instead.</param>
    /// <param name="password">The new password as entered.</param>
    /// <param name="site">The public URL.</param>
    /// <returns>The secret of the browser; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.InvalidCredentials"/>
    /// and <see cref="ErrorCode.RateLimited"/> for a wrong present password, <see cref="ErrorCode.FreshSignInRequired"/>, or
    /// <see cref="ErrorCode.SessionRequired"/>.</returns>
    public async Task<Result<ChangedPassword>> ChangePasswordAsync(
        Actor actor, string? current, string? password, string site, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await context.Users.AsNoTracking().SingleOrDefaultAsync(x => x.Id == actor.Id, cancellationToken);
        if (person is null || actor.SessionId is null)
        {
            return Error.SessionRequired;
        }

        if (CheckPasswords(person, current, password) is { } wrong)
        {
            return wrong;
        }

        if (person.PasswordHash is not null && (await presence.ConfirmAsync(actor, current, cancellationToken)).Error is { } refused)
        {
            return refused;
        }

        var hashed = await passwords.HashAsync(password!, PasswordLane.OfSession(actor), cancellationToken);
        if (hashed.Error is { } busy)
        {
            return busy;
        }

        return await changes.RunAsync<ChangedPassword>(
            context,
            actor,
            async (change, token) =>
            {
                if (await change.CheckPresenceAsync(token) is { } stale)
                {
                    return stale;
                }

                await PasswordChange.EndSessionsAsync(change, actor.Id, actor.SessionId, token);
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                var row = await change.Context.Users.SingleAsync(x => x.Id == actor.Id, token);
                if (row.PasswordHash != person.PasswordHash)
                {
                    return new Error(ErrorCode.Conflict, "The password was changed in another place just now. Sign in with that one.");
                }

                await PasswordChange.ApplyAsync(change, outbox, row, hashed.Value, "password.changed", site, token);
                return new ChangedPassword(await KnownBrowsers.RememberAsync(change, null, null, row, token));
            },
            cancellationToken);
    }

    /// <summary>Mails a link to a new address, which replaces the actor's once the link is followed, and a notice to the present
    /// one.</summary>
    /// <param name="actor">A signed-in person who proved to be present a short time ago.</param>
    /// <param name="email">The new address.</param>
    /// <param name="site">The public URL.</param>
    /// <returns><see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.FreshSignInRequired"/>, <see cref="ErrorCode.RateLimited"/>
    /// after 3 links in an hour, or <see cref="ErrorCode.SessionRequired"/>. The answer does not tell whether another account has the
    /// address.</returns>
    public async Task<Result<Unit>> RequestEmailChangeAsync(Actor actor, string? email, string site, CancellationToken cancellationToken)
    {
        if (Check(actor, EmailAddress.Check(email?.Trim()), "email") is { } fault)
        {
            return fault;
        }

        var normalized = EmailAddress.Normalize(email!);
        return await changes.RunAsync<Unit>(
            actor,
            async (change, token) =>
            {
                if (await change.CheckPresenceAsync(token) is { } stale)
                {
                    return stale;
                }

                await change.LockAuditChainAsync(AuditChain.Installation, token);
                var person = await change.Context.Users.AsNoTracking().SingleAsync(x => x.Id == actor.Id, token);
                if (person.NormalizedEmail == normalized && person.Email == email!.Trim())
                {
                    return Error.Invalid("email", "This is your address already.");
                }

                if (await AccountLinks.FindWaitAsync(change, person.Id, AccountLinkKind.EmailChange, token) is { } wait)
                {
                    return new Error(ErrorCode.RateLimited, "Too many requests. Try again in an hour.", RetryAfter: wait);
                }

                await AddEmailChangeAsync(change, person, email!.Trim(), site, token);
                return default(Unit);
            },
            cancellationToken);
    }

    /// <summary>Voids the link to the actor's new address.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns><see cref="ErrorCode.NotFound"/> if no change is pending, or <see cref="ErrorCode.SessionRequired"/>.</returns>
    public async Task<Result<Unit>> CancelEmailChangeAsync(Actor actor, CancellationToken cancellationToken) => actor.SessionId is null
        ? Error.SessionRequired
        : await changes.RunAsync<Unit>(
            actor,
            async (change, token) =>
            {
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                var ended = await AccountLink.Live(change.Context.AccountLinks, change.Now)
                    .Where(x => x.UserId == actor.Id && x.Kind == AccountLinkKind.EmailChange)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.EndedAt, change.Now), token);
                if (ended == 0)
                {
                    return Error.NotFound;
                }

                change.Record(
                    AuditChain.Installation, new(AuditCategory.Auth, "email.change_canceled", new(FeedSubject.User, actor.Id, actor.Name)));
                return default(Unit);
            },
            cancellationToken);

    /// <summary>Returns the new address that a link confirms.</summary>
    /// <param name="token">The token in the link.</param>
    /// <returns>The address; or <see cref="ErrorCode.NotFound"/> if the link does not work or no longer works.</returns>
    public async Task<Result<string>> FindEmailChangeAsync(string? token, CancellationToken cancellationToken)
    {
        if (LinkToken.HashOf(token) is not { } hash)
        {
            return dead;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await AccountLink.Live(context.AccountLinks, time.GetUtcNow())
            .Where(x => x.TokenHash == hash && x.Kind == AccountLinkKind.EmailChange)
            .Select(x => x.Email).SingleOrDefaultAsync(cancellationToken);
        return found is null ? dead : found;
    }

    /// <summary>Replaces the address of the account that a link belongs to. Every other link of the account becomes void, because it went
    /// to the former address.</summary>
    /// <param name="token">The token in the link.</param>
    /// <param name="address">The client address, or null.</param>
    /// <param name="site">The public URL.</param>
    /// <returns>The new address; or <see cref="ErrorCode.NotFound"/> if the link no longer works, or <see cref="ErrorCode.Conflict"/> if
    /// another account has the address.</returns>
    public async Task<Result<string>> ConfirmEmailAsync(string? token, string? address, string site, CancellationToken cancellationToken)
    {
        if (LinkToken.HashOf(token) is not { } hash)
        {
            return dead;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var owner = await (
            from link in AccountLink.Live(context.AccountLinks, time.GetUtcNow())
            where link.TokenHash == hash && link.Kind == AccountLinkKind.EmailChange
            join user in context.Users on link.UserId equals user.Id
            select new { user.Id, user.Name }).SingleOrDefaultAsync(cancellationToken);
        return owner is null ? dead : await changes.RunAsync<string>(
            context, new(PartyType.User, owner.Id, owner.Name, address), (change, ending) =>
                ConfirmEmailAsync(change, hash, site, ending), cancellationToken);
    }

    async Task<Result<string>> ConfirmEmailAsync(UnitOfWork change, byte[] hash, string site, CancellationToken cancellationToken)
    {
        await change.LockAuditChainAsync(AuditChain.Installation, cancellationToken);
        var email = await AccountLink.Live(change.Context.AccountLinks, change.Now).Where(x => x.TokenHash == hash)
            .Select(x => x.Email).SingleOrDefaultAsync(cancellationToken);
        if (email is null)
        {
            return dead;
        }

        var normalized = EmailAddress.Normalize(email);
        if (await change.Context.Users.AnyAsync(x => x.NormalizedEmail == normalized && x.Id != change.Actor.Id, cancellationToken))
        {
            return new Error(ErrorCode.Conflict, "Another account has this address.");
        }

        var person = await change.Context.Users.SingleAsync(x => x.Id == change.Actor.Id, cancellationToken);
        var former = person.Email!;
        (person.UserName, person.NormalizedUserName) = (email, normalized);
        (person.Email, person.NormalizedEmail, person.EmailConfirmed) = (email, normalized, true);
        await PasswordChange.EndLinksAsync(change, person.Id, cancellationToken);
        Record(change, person, "email.changed");
        outbox.Add(change, AccountMails.EmailChanged(former, site, email, change.Actor.Address, change.Now), AccountMails.NoticeLifetime);
        return email;
    }

    async Task AddEmailChangeAsync(UnitOfWork change, DashboardUser person, string email, string site, CancellationToken cancellationToken)
    {
        var made = await AccountLinks.AddAsync(change, person.Id, AccountLinkKind.EmailChange, email, isOnly: true, cancellationToken);
        var normalized = EmailAddress.Normalize(email);
        var taken = await change.Context.Users.AnyAsync(x => x.NormalizedEmail == normalized && x.Id != person.Id, cancellationToken);
        Record(change, person, "email.change_requested");
        outbox.Add(
            change, taken ? AccountMails.EmailTaken(email, site)
                : AccountMails.EmailChange(email, $"{site}{ConfirmPath}?token={made.Text}"),
            AccountLink.Lifetime);
        outbox.Add(change, AccountMails.EmailChangeRequested(person.Email!, site, change.Actor.Address, change.Now), AccountLink.Lifetime);
    }

    static Error? CheckPasswords(DashboardUser person, string? current, string? password)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (person.PasswordHash is not null && string.IsNullOrEmpty(current))
        {
            errors["current"] = "Enter your current password.";
        }

        if (PasswordRules.Check(password, person.Email) is { } wrong)
        {
            errors["password"] = wrong;
        }
        else if (ComparableText.Compose(password!) == ComparableText.Compose(current ?? ""))
        {
            errors["password"] = "Use a password that is different from the current one.";
        }

        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    static Error? Check(Actor actor, string? wrong, string field) =>
        actor.SessionId is null ? Error.SessionRequired : wrong is null ? null : Error.Invalid(field, wrong);

    static void Record(UnitOfWork change, DashboardUser person, string action) =>
        change.Record(AuditChain.Installation, new(AuditCategory.Auth, action, new(FeedSubject.User, person.Id, person.Name)));
}
