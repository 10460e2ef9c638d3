using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>Makes the links that are mailed to people, a bounded number an hour.</summary>
static class AccountLinks
{
    /// <summary>The maximum number of links of one kind that a person gets within <see cref="AccountLink.Lifetime"/>.</summary>
    public const int MaxPerLifetime = 3;

    /// <summary>Returns how long the person has to wait for another link of a kind, or null. The lock of the audit chain must be
    /// held.</summary>
    public static async Task<TimeSpan?> FindWaitAsync(
        UnitOfWork change, string userId, AccountLinkKind kind, CancellationToken cancellationToken)
    {
        var newest = await change.Context.AccountLinks.Where(x => x.UserId == userId && x.Kind == kind && x.ExpiresAt > change.Now)
            .OrderByDescending(x => x.ExpiresAt).Take(MaxPerLifetime).Select(x => x.ExpiresAt).ToListAsync(cancellationToken);
        return newest.Count < MaxPerLifetime ? null : newest[^1] - change.Now;
    }

    /// <summary>Makes a link. Those of the same kind that were made before end where <paramref name="isOnly"/> is true, and what has
    /// expired is deleted.</summary>
    /// <param name="email">The address that it confirms, or null.</param>
    public static async Task<LinkToken> AddAsync(
        UnitOfWork change, string userId, AccountLinkKind kind, string? email, bool isOnly, CancellationToken cancellationToken)
    {
        await change.Context.AccountLinks.Where(x => x.UserId == userId && x.ExpiresAt <= change.Now).ExecuteDeleteAsync(cancellationToken);
        if (isOnly)
        {
            await AccountLink.Live(change.Context.AccountLinks, change.Now).Where(x => x.UserId == userId && x.Kind == kind)
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.EndedAt, change.Now), cancellationToken);
        }

        var token = LinkToken.Mint();
        change.Context.Add(new AccountLink
        {
            TokenHash = token.Hash,
            UserId = userId,
            Kind = kind,
            Email = email,
            CreatedAt = change.Now,
            ExpiresAt = change.Now + AccountLink.Lifetime,
        });
        return token;
    }
}
