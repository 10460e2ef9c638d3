using System.Data.Common;
using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Dashboard.Commands;

/// <summary>Checks the database, its version, the clock and the keys of the installation.</summary>
sealed class DatabaseDoctor(IServiceProvider services, TimeProvider time, Findings findings)
{
    const string Database = "database";
    const string Version = "schema";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>()
            .CreateDbContextAsync(cancellationToken);
        if (!await CheckReachedAsync(context, cancellationToken))
        {
            return;
        }

        try
        {
            if (context is SqliteContext)
            {
                await CheckJournalAsync(context, cancellationToken);
            }

            if (await CheckVersionAsync(context, cancellationToken))
            {
                await CheckClockAsync(context, cancellationToken);
                await CheckKeysAsync(context, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is DbException || Outages.Caused(exception))
        {
            await findings.WrongAsync(Database, $"cannot be read: {exception.GetBaseException().Message}");
        }
    }

    async Task<bool> CheckReachedAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        var root = services.GetRequiredService<IHostEnvironment>().ContentRootPath;
        if (DatabaseRegistration.FindSqlite(services.GetRequiredService<IConfiguration>(), root) is { File: { } file }
            && !File.Exists(file))
        {
            await findings.WrongAsync(
                Database, $"there is no file {file} yet; start Latchkey or run \"migrate\", or correct ConnectionStrings:Dashboard");
            return false;
        }

        try
        {
            await context.Database.OpenConnectionAsync(cancellationToken);
            await findings.GoodAsync(Database, $"{context.Database.GetDbConnection().DataSource} answers");
            return true;
        }
        catch (Exception exception) when (exception is DbException || Outages.Caused(exception))
        {
            await findings.WrongAsync(
                Database, $"cannot be reached: {exception.GetBaseException().Message.TrimEnd('.')}. Check ConnectionStrings:Dashboard, and that the server runs and lets this machine in.");
            return false;
        }
    }

    async Task CheckJournalAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        const string check = "journal";
        var mode = (await context.Database.SqlQueryRaw<string>("SELECT journal_mode AS \"Value\" FROM pragma_journal_mode")
            .ToListAsync(cancellationToken)).Single();
        await (mode is "wal" or "memory"
            ? findings.GoodAsync(check, "the database has a write-ahead log")
            : findings.WrongAsync(
                check, $"the mode is \"{mode}\", so that readers wait for every writer; stop Latchkey and run: sqlite3 {context.Database.GetDbConnection().DataSource} \"PRAGMA journal_mode=wal\""));
    }

    async Task<bool> CheckVersionAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        var known = context.Database.GetMigrations().ToList();
        List<string> applied = [.. await context.Database.GetAppliedMigrationsAsync(cancellationToken)];
        if (applied.Except(known, StringComparer.Ordinal).FirstOrDefault() is { } foreign)
        {
            await findings.WrongAsync(Version, $"a newer or unreleased version of Latchkey made the database (migration {foreign}); run that version, or restore a backup");
            return false;
        }

        if (known.Count > applied.Count)
        {
            await findings.WrongAsync(Version, $"{known.Count - applied.Count} migrations are pending, from {known.Except(applied, StringComparer.Ordinal).First()} on; back up, then start Latchkey or run \"migrate\"");
            return false;
        }

        await findings.GoodAsync(Version, "the database is of this version");
        return true;
    }

    /// <summary>Compares the clock with the server's. The embedded database has none: there it must not be behind the newest row.</summary>
    async Task CheckClockAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        var begin = time.GetUtcNow();
        var sql = context switch
        {
            PostgreSqlContext => "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint) AS \"Value\"",
            SqlServerContext => "SELECT DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME()) AS \"Value\"",
            _ => null,
        };
        if (sql is null)
        {
            var newest = await context.AuditEntries.MaxAsync(entry => (DateTimeOffset?)entry.At, cancellationToken);
            await (ClockSkew.DescribeIfBehind(newest, begin) is { } behind
                ? findings.WrongAsync(ClockSkew.Check, behind)
                : findings.GoodAsync(ClockSkew.Check, "it is not behind the newest row of the audit log"));
            return;
        }

        var server = DateTimeOffset.FromUnixTimeMilliseconds(
            (await context.Database.SqlQueryRaw<long>(sql).ToListAsync(cancellationToken)).Single());
        await (ClockSkew.Describe(server, begin, time.GetUtcNow(), "the database server") is { } skew
            ? findings.WrongAsync(ClockSkew.Check, skew)
            : findings.GoodAsync(ClockSkew.Check, "it agrees with that of the database server"));
    }

    async Task CheckKeysAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        const string check = "keys";
        try
        {
            var used = await context.AuditChains.Where(x => x.KeyId != null).Select(x => x.KeyId!)
                .Distinct().ToListAsync(cancellationToken);
            await services.GetRequiredService<AuditKeys>().CheckAsync(used, cancellationToken);
            services.CheckProtectionKeys();
            var stored = services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!.GetAllElements()
                .Count(element => element.Name == "key");
            var read = services.GetRequiredService<IKeyManager>().GetAllKeys();
            foreach (var key in read)
            {
                _ = key.Descriptor; // decrypts it
            }

            await (read.Count < stored
                ? findings.WrongAsync(check,
                    $"{stored - read.Count} of the keys that protect sign-ins cannot be read; restore the folder keys from your backup")
                : findings.GoodAsync(check, "the keys that protect sign-ins and the audit log can be read"));
        }
        catch (SettingException fault)
        {
            await findings.WrongAsync(check, fault.Message);
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or System.Xml.XmlException or CryptographicException)
        {
            await findings.WrongAsync(check, $"the keys that protect sign-ins cannot be read: {exception.Message.TrimEnd('.')}. Restore them from your backup, or correct their owner.");
        }
    }
}
