using Dashboard.Core.Changes;
using Dashboard.Core.Mail;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>What every change of a password does.</summary>
static class PasswordChange
{
    /// <summary>Ends the person's sessions, before anything else is locked.</summary>
    /// <param name="kept">The session that continues, or null.</param>
    public static Task EndSessionsAsync(UnitOfWork change, string userId, string? kept, CancellationToken cancellationToken) =>
        SessionService.EndAllAsync(change, userId, kept, cancellationToken);

    /// <summary>Stores the password, voids the links and the known browsers of the person, and tells them.</summary>
    /// <param name="hash">The hash of the new password.</param>
    /// <param name="action">The action of the audit log.</param>
    /// <param name="site">The public URL.</param>
    public static async Task ApplyAsync(
        UnitOfWork change, MailOutbox outbox, DashboardUser person, string hash, string action,
        string site, CancellationToken cancellationToken)
    {
        (person.PasswordHash, person.PasswordChangedAt) = (hash, change.Now);
        await EndLinksAsync(change, person.Id, cancellationToken);
        await change.Context.KnownBrowsers.Where(x => x.UserId == person.Id).ExecuteDeleteAsync(cancellationToken);
        change.Record(AuditChain.Installation, new(AuditCategory.Auth, action, new(FeedSubject.User, person.Id, person.Name)));
        outbox.Add(change, AccountMails.PasswordChanged(person.Email!, site, change.Actor.Address, change.Now),
            AccountMails.NoticeLifetime);
    }

    /// <summary>Voids every link of a person that still works.</summary>
    public static Task EndLinksAsync(UnitOfWork change, string userId, CancellationToken cancellationToken) =>
        AccountLink.Live(change.Context.AccountLinks, change.Now).Where(x => x.UserId == userId)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.EndedAt, change.Now), cancellationToken);
}
