using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.DataProtection;
using Dashboard.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Commands;

/// <summary>The command <c>restore</c>: replaces the embedded database by a backup.</summary>
sealed class RestoreCommand : ConsoleCommand
{
    public override string Name => "restore";

    public override string Description => "replace the SQLite database by a backup, while Latchkey is stopped";

    public override string Help => """
        Usage: Dashboard restore FILE [--Setting:Name=value …]

        Verifies the backup FILE and puts a copy of it in the place of the database. It refuses while a node has the database
        open, a damaged file, and the backup of a newer version. The database from before is kept beside it. The folder
        with the keys stays as it is: put back the one that belongs to the backup.

        Everything is as it was at the time of the backup: a key that was revoked after it is good again.
        """;

    public override CommandNeeds Needs => CommandNeeds.Services;

    public override bool TakesFile => true;

    public override void Check(CommandInput input) => BackupCommand.FileOf(this, input);

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var database = BackupCommand.DatabaseOf(services, "Latchkey restores SQLite only.", """
            "pg_restore --dbname=DATABASE FILE" restores PostgreSQL, into an empty database
            """, "RESTORE DATABASE restores SQL Server");
        var file = Path.GetFullPath(BackupCommand.FileOf(this, input));
        try
        {
            var restored = await SqliteRestore.RunAsync(
                file, database, await MigrationsAsync(services, cancellationToken), services.GetRequiredService<TimeProvider>()
                    .GetUtcNow(), cancellationToken);
            await DescribeAsync(restored, file, database, services, output, cancellationToken);
        }
        catch (BackupException fault)
        {
            throw new StartException(fault.Message);
        }

        return 0;
    }

    static async Task DescribeAsync(
        RestoredDatabase restored, string file, string database, IServiceProvider services,
        TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"{database} is now a copy of {file}.");
        if (restored.Kept is { } kept)
        {
            await output.WriteLineAsync($"The database from before is {kept}. Delete it once you do not need it any more.");
        }

        if (restored.Pending.Count > 0)
        {
            await output.WriteLineAsync($"The backup is of an earlier version: {restored.Pending.Count} migrations are applied at the next start, or by \"migrate\".");
        }

        try
        {
            await services.GetRequiredService<AuditKeys>().CheckAsync(restored.AuditKeys, cancellationToken);
            await output.WriteLineAsync(
                "The keys of the installation were not touched. They include the one that the audit log of the backup needs.");
        }
        catch (SettingException missing)
        {
            await output.WriteLineAsync(
                $"The keys of the installation were not touched, and Latchkey does not start with them: {missing.Message}");
        }

        var folder =
            KeyFolder.Find(services.GetRequiredService<IConfiguration>(), services.GetRequiredService<IHostEnvironment>().ContentRootPath);
        if (folder is not null)
        {
            await output.WriteLineAsync(
                $"Put the folder {folder.Path} of the same time back as well. If audit.heads in it is newer than the backup, Latchkey reports that the audit log is behind.");
        }
    }

    static async Task<IReadOnlyList<string>> MigrationsAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>()
            .CreateDbContextAsync(cancellationToken);
        return [.. context.Database.GetMigrations()]; // of the program: the database is not opened
    }
}
