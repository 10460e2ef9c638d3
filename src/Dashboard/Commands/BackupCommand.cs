using Dashboard.Core.Data;
using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>The command <c>backup</c>: writes a backup of the embedded database while nodes use it.</summary>
sealed class BackupCommand : ConsoleCommand
{
    public override string Name => "backup";

    public override string Description => "write a backup of the SQLite database, also while Latchkey runs";

    public override string Help => """
        Usage: Dashboard backup FILE [--Setting:Name=value …]

        Writes the state of one moment to FILE, while Latchkey keeps running. The file is verified, only you can read it, and
        an existing file is never overwritten. It holds the database alone: copy the folder with the keys as well, and keep
        the two in different places. "restore" puts it back.

        PostgreSQL and SQL Server have backups of their own; the command says which to use.
        """;

    public override CommandNeeds Needs => CommandNeeds.Services;

    public override bool TakesFile => true;

    public override void Check(CommandInput input) => FileOf(this, input);

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var database = DatabaseOf(services, "Latchkey backs up SQLite only.", """
            "pg_dump --format=custom --file=FILE DATABASE" backs up PostgreSQL
            """, "BACKUP DATABASE backs up SQL Server");
        var file = Path.GetFullPath(FileOf(this, input));
        try
        {
            var size = await SqliteBackup.WriteAsync(database, file, cancellationToken);
            await output.WriteLineAsync($"{file} holds the database ({size / 1024} KB) and nothing else.");
        }
        catch (BackupException fault)
        {
            throw new StartException(fault.Message);
        }

        await output.WriteLineAsync(KeyAdvice(services));
        return 0;
    }

    /// <summary>Returns the file that a command names.</summary>
    /// <exception cref="StartException">It names none, or more than one.</exception>
    public static string FileOf(ConsoleCommand command, CommandInput input) => input.Words switch
    {
        [var file] => file,
        [] => throw new StartException($"\"{command.Name}\" needs a file; \"{command.Name} --help\" says more."),
        _ => throw new StartException($"\"{input.Words[1]}\" is one word too many; \"{command.Name} --help\" says what there is."),
    };

    /// <summary>Returns the file of the embedded database.</summary>
    /// <exception cref="StartException">The database is another.</exception>
    public static string DatabaseOf(IServiceProvider services, string only, string onPostgreSql, string onSqlServer)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        var provider = SettingsBinder.Read<DatabaseOptions>(configuration).Provider;
        return DatabaseRegistration.FindSqlite(configuration, services.GetRequiredService<IHostEnvironment>().ContentRootPath) switch
        {
            null => throw new StartException(
                $"{only} {(provider == "PostgreSql" ? onPostgreSql : onSqlServer)}; docs/backup.md says more."),
            (_, null) => throw new StartException("The database is in memory, so there is no file."),
            (_, { } file) => file,
        };
    }

    static string KeyAdvice(IServiceProvider services) => Core.DataProtection.KeyFolder.Find(
        services.GetRequiredService<IConfiguration>(), services.GetRequiredService<IHostEnvironment>().ContentRootPath) is { } folder
        ? $"It is of use with the keys in {folder.Path}: copy that folder too, to another place."
        : "It is of use with the same DataProtection:WrapKey: keep that setting in another place.";
}
