using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Mail;

/// <summary>Sends what is in the outbox and deletes what has expired. Of several nodes, the one that moves the next attempt sends the mail.
/// A mail that fails is tried again, after a minute at first and an hour at last, until it expires.</summary>
public sealed partial class MailDeliveryService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, MailOutbox outbox, IMailSender sender, TimeProvider time,
    ILogger<MailDeliveryService> logger)
    : PeriodicService(sender.IsConfigured ? Interval : ReportInterval, time)
{
    /// <summary>How often the outbox is read where mail is sent.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How often the outbox is read where mail only waits.</summary>
    public static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    /// <summary>The first pause after a failure. It doubles.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    /// <summary>The longest pause after a failure.</summary>
    public static readonly TimeSpan LastPause = TimeSpan.FromHours(1);

    /// <summary>The most mails of one round.</summary>
    const int BatchSize = 20;

    /// <summary>The number of waiting mails that was last reported.</summary>
    int reported;

    DateTimeOffset clearedAt;

    /// <summary>Sends every mail that is due, and deletes expired ones.</summary>
    public async Task DeliverAsync(CancellationToken cancellationToken)
    {
        await ClearAsync(cancellationToken);
        var now = Time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (!sender.IsConfigured)
        {
            ReportWaiting(await context.Outbox.CountAsync(x => x.ExpiresAt > now, cancellationToken));
            return;
        }

        foreach (var mail in await context.Outbox.AsNoTracking().Where(x => x.NextAttemptAt <= now && x.ExpiresAt > now)
            .OrderBy(x => x.NextAttemptAt).ThenBy(x => x.Id).Take(BatchSize).ToListAsync(cancellationToken))
        {
            await DeliverAsync(mail, now, cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override bool RunsAtStart => true;

    /// <inheritdoc />
    protected override Task WorkAsync(CancellationToken cancellationToken) => DeliverAsync(cancellationToken);

    async Task DeliverAsync(OutboxMail mail, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await TakeAsync(mail, now, cancellationToken))
        {
            return; // another node sends it
        }

        if (outbox.Read(mail) is not { } message)
        {
            LogUnreadable(mail.Id);
            await DeleteAsync(mail, cancellationToken);
            return;
        }

        try
        {
            await sender.SendAsync(message, cancellationToken);
        }
        catch (MailRefusedException exception)
        {
            LogRefused(mail.Id, exception.Message);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotSent(mail.Id, mail.Attempts + 1, exception.GetType().Name); // its message may quote the recipient
            return;
        }

        await DeleteAsync(mail, cancellationToken);
    }

    async Task<bool> TakeAsync(OutboxMail mail, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Min(mail.Attempts, 10), LastPause.Ticks));
        var next = UtcMilliseconds.TruncateToMilliseconds(now + pause);
        var taken = 0;
        await changes.RunBehindAsync(
            async (context, token) => taken = await context.Outbox.Where(x => x.Id == mail.Id && x.Attempts == mail.Attempts)
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.Attempts, x => x.Attempts + 1)
                    .SetProperty(x => x.NextAttemptAt, next), token),
            cancellationToken);
        return taken == 1;
    }

    Task DeleteAsync(OutboxMail mail, CancellationToken cancellationToken) => changes.RunBehindAsync(
        (context, token) => context.Outbox.Where(x => x.Id == mail.Id).ExecuteDeleteAsync(token), cancellationToken);

    /// <summary>Deletes expired mail, once a minute.</summary>
    async Task ClearAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        if (now - clearedAt < TimeSpan.FromMinutes(1) && now >= clearedAt)
        {
            return;
        }

        clearedAt = now;
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await context.Outbox.AnyAsync(x => x.ExpiresAt <= now, cancellationToken)) // without one, nothing is written
        {
            await changes.RunBehindAsync((db, token) => db.Outbox.Where(x => x.ExpiresAt <= now)
                .ExecuteDeleteAsync(token), cancellationToken);
        }
    }

    void ReportWaiting(int count)
    {
        if (count > reported)
        {
            LogWaiting(count);
        }

        reported = count;
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Mail is waiting in the outbox ({Count}), because Mail:Host is not set. The command `outbox` prints it.")]
    partial void LogWaiting(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {Id} was not sent (attempt {Attempt}, {Failure}); it is tried again.")]
    partial void LogNotSent(Guid id, int attempt, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {Id} is dropped: {Reason}.")]
    partial void LogRefused(Guid id, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {Id} is dropped: the keys that encrypted it are gone.")]
    partial void LogUnreadable(Guid id);

    /// <inheritdoc />
    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox could not be read; it is tried again in seconds.")]
    protected override partial void LogFailure(Exception exception);
}
