using System.Buffers.Text;
using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>Reads and writes <see cref="KnownBrowser"/>.</summary>
public static class KnownBrowsers
{
    /// <summary>How long a browser stays known without a sign-in, as long as browsers keep cookies.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(400);

    /// <summary>The number of failures in a row after which a browser is no longer known.</summary>
    public const int MaxFailures = 5;

    /// <summary>The maximum number of known browsers of an account. The one that was used longest ago makes room.</summary>
    internal const int MaxPerAccount = 20;

    const int SecretBytes = 32;

    /// <summary>Finds the browser with a secret, if it is known to an account and the account's password has not changed since.</summary>
    internal static async Task<KnownBrowser?> FindAsync(
        DashboardContext context, string? secret, DashboardUser? person, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(secret) || person?.PasswordHash is not { } password)
        {
            return null;
        }

        var (hash, mark, since) = (KeyHash.Of(secret), KeyHash.Of(password), now - Lifetime);
        return await context.KnownBrowsers
            .SingleOrDefaultAsync(x => x.SecretHash == hash && x.UserId == person.Id && x.PasswordMark == mark
                && x.LastUsedAt > since, cancellationToken);
    }

    /// <summary>Makes the browser that signed in known.</summary>
    /// <param name="change">The unit of work of the sign-in.</param>
    /// <param name="browser">The browser, if it was known before.</param>
    /// <param name="secret">Its secret, if it was known before.</param>
    /// <returns>The secret of the browser.</returns>
    internal static async Task<string> RememberAsync(
        UnitOfWork change, KnownBrowser? browser, string? secret, DashboardUser person, CancellationToken cancellationToken)
    {
        var mark = KeyHash.Of(person.PasswordHash ?? "");
        if (browser is not null)
        {
            (browser.Failures, browser.LastUsedAt, browser.PasswordMark) = (0, change.Now, mark);
            return secret!;
        }

        var since = change.Now - Lifetime;
        var others = change.Context.KnownBrowsers.Where(x => x.UserId == person.Id);
        await others.Where(x => x.PasswordMark != mark || x.LastUsedAt <= since).ExecuteDeleteAsync(cancellationToken);
        var oldest = await others.OrderByDescending(x => x.LastUsedAt).Skip(MaxPerAccount - 1).Select(x => x.SecretHash)
            .ToListAsync(cancellationToken);
        if (oldest.Count > 0)
        {
            await others.Where(x => oldest.Contains(x.SecretHash)).ExecuteDeleteAsync(cancellationToken);
        }

        var made = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        change.Context.Add(
            new KnownBrowser { SecretHash = KeyHash.Of(made), UserId = person.Id, PasswordMark = mark, LastUsedAt = change.Now });
        return made;
    }

    /// <summary>Keeps an account's browsers known when the stored hash changes while the password stays the same.</summary>
    internal static Task RehashedAsync(UnitOfWork change, string userId, string before, string after, CancellationToken cancellationToken)
    {
        var (old, mark) = (KeyHash.Of(before), KeyHash.Of(after));
        return change.Context.KnownBrowsers.Where(x => x.UserId == userId && x.PasswordMark == old)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.PasswordMark, mark), cancellationToken);
    }
}
