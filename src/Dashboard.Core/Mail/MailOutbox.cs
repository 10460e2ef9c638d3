using System.Security.Cryptography;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Mail;

/// <summary>A mail in the outbox.</summary>
/// <param name="CreatedAt">When it was written, UTC.</param>
/// <param name="ExpiresAt">From when on its link no longer works, UTC.</param>
/// <param name="Message">The mail, or null if the keys that encrypted it are gone.</param>
public sealed record WaitingMail(DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, MailMessage? Message);

/// <summary>Writes mail in the transaction of the change that it tells of: a change that is rolled back sends none, and none is
/// lost.</summary>
public sealed class MailOutbox(IDbContextFactory<DashboardContext> contexts, IDataProtectionProvider protection, TimeProvider time)
{
    readonly IDataProtector protector = protection.CreateProtector("Latchkey.Mail");

    /// <summary>Adds a mail to a change.</summary>
    /// <param name="change">The change that the mail tells of.</param>
    /// <param name="message">The mail.</param>
    /// <param name="validFor">How long the mail is of use. It is not sent after that.</param>
    public void Add(UnitOfWork change, MailMessage message, TimeSpan validFor) => change.Context.Add(new OutboxMail
    {
        Id = Guid.CreateVersion7(change.Now),
        Content = protector.Protect(JsonSerializer.SerializeToUtf8Bytes(message)),
        CreatedAt = change.Now,
        ExpiresAt = change.Now + validFor,
        NextAttemptAt = change.Now,
    });

    /// <summary>Returns the mail that waits, the oldest first, without what has expired.</summary>
    public async Task<IReadOnlyList<WaitingMail>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await context.Outbox.AsNoTracking().Where(x => x.ExpiresAt > now).OrderBy(x => x.CreatedAt).ThenBy(x => x.Id)
            .ToListAsync(cancellationToken);
        return [.. rows.Select(row => new WaitingMail(row.CreatedAt, row.ExpiresAt, Read(row)))];
    }

    /// <summary>Decrypts a mail. Null if the keys that encrypted it are gone.</summary>
    internal MailMessage? Read(OutboxMail row)
    {
        try
        {
            return JsonSerializer.Deserialize<MailMessage>(protector.Unprotect(row.Content));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
