using System.Net;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Limits;
using Dashboard.Core.Mail;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>Lets people who forgot their password choose a new one, by a link that is mailed to them. Nothing that a stranger can ask tells
/// whether an address has an account.</summary>
public sealed class PasswordResetService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PasswordCheck passwords,
    MailOutbox outbox, PasswordResetQueue queue, RateLimits limits,
    RefusalLedger refusals, TimeProvider time)
{
    const string Path = "/account/reset-password";

    static readonly Error dead =
        new(ErrorCode.NotFound, "This link no longer works. It works once, within an hour, and not after the password was changed.");

    /// <summary>Mails a link to the account with an address, if there is one. It only notes the request, so that the answer is the same and
    /// takes the same time for every address.</summary>
    /// <param name="email">The address as entered.</param>
    /// <param name="client">The client address that requests are counted for, or null.</param>
    /// <param name="site">The public URL.</param>
    /// <returns><see cref="ErrorCode.InvalidRequest"/> for text that is no address, or <see cref="ErrorCode.RateLimited"/>.</returns>
    public Result<Unit> Request(string? email, IPAddress? client, string site)
    {
        if (EmailAddress.Check(email?.Trim()) is { } wrong)
        {
            return Error.Invalid("email", wrong);
        }

        if (limits.AccountMails.Take(client) is { } wait)
        {
            refusals.Note(client, RefusalReason.AccountMails);
            return new Error(ErrorCode.RateLimited, "Too many requests from your network. Try again in a minute.", RetryAfter: wait);
        }

        return queue.Add(new(EmailAddress.Normalize(email!), Network.ToText(client), site, time.GetUtcNow()))
            ? default(Unit)
            : new Error(ErrorCode.RateLimited, "Too many people ask for a new password right now. Try again in a minute.",
                RetryAfter: TimeSpan.FromMinutes(1));
    }

    /// <summary>Makes a link for the account with an address, for an operator who hands it over. It is not counted.</summary>
    /// <param name="email">The address.</param>
    /// <param name="site">The public URL.</param>
    /// <returns>The link, which is a secret; or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<string>> CreateLinkAsync(string email, string site, CancellationToken cancellationToken)
    {
        var normalized = EmailAddress.Normalize(email);
        return await changes.RunAsync<string>(
            Actor.System,
            async (change, token) =>
            {
                await change.LockAuditChainAsync(AuditChain.Installation, token);
                var person = await change.Context.Users.AsNoTracking().SingleOrDefaultAsync(x => x.NormalizedEmail == normalized, token);
                return person is null ? Error.NotFound : await PasswordResetQueue.AddLinkAsync(change, person, site, token);
            },
            cancellationToken);
    }

    /// <summary>Returns the address of the account that a link belongs to.</summary>
    /// <param name="token">The token in the link.</param>
    /// <returns>The address; or <see cref="ErrorCode.NotFound"/> if the link does not work or no longer works.</returns>
    public async Task<Result<string>> FindAsync(string? token, CancellationToken cancellationToken)
    {
        if (LinkToken.HashOf(token) is not { } hash)
        {
            return dead;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindEmailAsync(context, hash, time.GetUtcNow(), cancellationToken) is { } email ? email : dead;
    }

    /// <summary>Sets a new password. All sessions of the person end, no browser is known to the account, and no other link works.</summary>
    /// <param name="token">The token in the link.</param>
    /// <param name="password">The new password as entered.</param>
    /// <param name="client">The client address, or null.</param>
    /// <param name="site">The public URL.</param>
    /// <returns><see cref="ErrorCode.InvalidRequest"/> for a password that is not acceptable, <see cref="ErrorCode.NotFound"/> if the link
    /// no longer works, or <see cref="ErrorCode.RateLimited"/> while too many people sign in at once.</returns>
    public async Task<Result<Unit>> ResetAsync(
        string? token, string? password, IPAddress? client, string site, CancellationToken cancellationToken)
    {
        var found = await FindAsync(token, cancellationToken);
        if (found.Error is { } fault)
        {
            return fault;
        }

        if (PasswordRules.Check(password, found.Value) is { } wrong)
        {
            return Error.Invalid("password", wrong);
        }

        var hash = LinkToken.HashOf(token)!;
        // a tenth of a second, before the transaction
        var hashed = await passwords.HashAsync(password!, PasswordLane.Of(client), cancellationToken);
        if (hashed.Error is { } busy)
        {
            return busy;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await (
            from link in context.AccountLinks
            where link.TokenHash == hash
            join user in context.Users on link.UserId equals user.Id
            select new { user.Id, user.Name }).SingleAsync(cancellationToken);
        return await changes.RunAsync<Unit>(
            context,
            new(PartyType.User, person.Id, person.Name, Network.ToText(client)),
            async (change, ending) =>
            {
                await PasswordChange.EndSessionsAsync(change, person.Id, null, ending);
                await change.LockAuditChainAsync(AuditChain.Installation, ending);
                var used = await AccountLink.Live(change.Context.AccountLinks, change.Now)
                    .Where(x => x.TokenHash == hash && x.Kind == AccountLinkKind.PasswordReset)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.EndedAt, change.Now), ending);
                if (used == 0)
                {
                    return dead;
                }

                var current = await change.Context.Users.SingleAsync(x => x.Id == person.Id, ending);
                await PasswordChange.ApplyAsync(change, outbox, current, hashed.Value, "password.reset", site, ending);
                // They failed before they asked for the link. A pause would keep them from using it.
                await new SignInFailureCounter(KeyHash.Of(current.NormalizedEmail!), Network.Of(client)).ForgetAsync(change, ending);
                return default(Unit);
            },
            cancellationToken);
    }

    /// <summary>Writes the link with its token.</summary>
    internal static string Link(string site, LinkToken token) => $"{site}{Path}?token={token.Text}";

    static Task<string?> FindEmailAsync(DashboardContext context, byte[] hash, DateTimeOffset now, CancellationToken cancellationToken) => (
        from link in AccountLink.Live(context.AccountLinks, now)
        where link.TokenHash == hash && link.Kind == AccountLinkKind.PasswordReset
        join user in context.Users on link.UserId equals user.Id
        select user.Email).SingleOrDefaultAsync(cancellationToken);
}
