using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>Stores the current template with its first key, so that the key is known after the template has changed.</summary>
public sealed class TemplateStore : IDisposable
{
    readonly KeyOptions options;
    readonly IDisposable subscription;

    /// <summary>How often the database was replaced by a backup, which may not have the template.</summary>
    long restores;

    /// <summary>The value of <see cref="restores"/> at which the template was found to be stored, so that not every new key asks for
    /// it.</summary>
    long storedAt = -1;

    /// <summary>Watches for restored backups.</summary>
    public TemplateStore(KeyOptions options, ChangeFeed feed)
    {
        this.options = options;
        subscription = feed.Subscribe(_ => { }, () => Interlocked.Increment(ref restores));
    }

    /// <inheritdoc />
    public void Dispose() => subscription.Dispose();

    /// <summary>Stores the template, only once even if two projects create their first keys at the same time.</summary>
    internal async Task KeepAsync(UnitOfWork change, CancellationToken cancellationToken)
    {
        var now = Interlocked.Read(ref restores);
        if (Interlocked.Read(ref storedAt) == now)
        {
            return;
        }

        var same = change.Context.UsedTemplates.Where(template => template.Text == options.Template.Text);
        if (await same.AnyAsync(cancellationToken))
        {
            Interlocked.Exchange(ref storedAt, now); // committed by an earlier change: rows of this table are never deleted
            return;
        }

        await change.LockInstallationAsync(cancellationToken);
        if (!await same.AnyAsync(cancellationToken))
        {
            change.Context.Add(new UsedTemplate { Text = options.Template.Text, FirstUsedAt = change.Now });
        }
    }
}
