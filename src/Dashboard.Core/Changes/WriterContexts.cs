using Dashboard.Core.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>The contexts that changes are written through. On the embedded database, which has one writer at a time, the same one stays
/// open from change to change, with the statements that it has prepared.</summary>
public sealed class WriterContexts : IDisposable
{
    readonly IDbContextFactory<DashboardContext> contexts;
    readonly SqliteStatements? statements;
    readonly Lock gate = new();
    DashboardContext? idle;
    bool isDisposed;

    /// <param name="statements">What keeps the statements of the embedded database; null for other databases.</param>
    internal WriterContexts(IDbContextFactory<DashboardContext> contexts, SqliteStatements? statements) =>
        (this.contexts, this.statements) = (contexts, statements);

    /// <summary>Runs <paramref name="use"/> on a context.</summary>
    /// <param name="own">The caller's context, which is taken instead; or null.</param>
    public async Task<T> UseAsync<T>(
        DashboardContext? own, Func<DashboardContext, Task<T>> use, CancellationToken cancellationToken)
    {
        if (own is not null)
        {
            return await use(own);
        }

        var context = await OpenAsync(cancellationToken);
        var isIntact = false;
        try
        {
            var result = await use(context);
            isIntact = true;
            return result;
        }
        finally
        {
            if (!isIntact || !TryKeep(context))
            {
                statements?.Detach();
                await context.DisposeAsync();
            }
        }
    }

    async Task<DashboardContext> OpenAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (idle is { } open)
            {
                idle = null;
                return open;
            }
        }

        var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (statements is null)
        {
            return context;
        }

        try
        {
            await context.Database.OpenConnectionAsync(cancellationToken);
            statements.Attach((SqliteConnection)context.Database.GetDbConnection());
            return context;
        }
        catch
        {
            await context.DisposeAsync();
            throw;
        }
    }

    bool TryKeep(DashboardContext context)
    {
        if (statements is null)
        {
            return false;
        }

        context.ChangeTracker.Clear();
        lock (gate)
        {
            if (isDisposed || idle is not null)
            {
                return false;
            }

            idle = context;
            return true;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            if (idle is { } open)
            {
                idle = null;
                statements!.Detach();
                open.Dispose();
            }
        }
    }
}
