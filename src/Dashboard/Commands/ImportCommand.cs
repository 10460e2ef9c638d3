using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Import;
using Dashboard.Hosting;
using Dashboard.Import;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Commands;

/// <summary>The command <c>import</c>: imports keys that were issued elsewhere from a file.</summary>
sealed class ImportCommand : ConsoleCommand
{
    const string Project = "--project";

    const string As = "--as";

    const string Account = "--service-account";

    const string DryRun = "--dry-run";

    const string Skip = "--skip-existing";

    const int MaxFaults = 1000;

    public override string Name => "import";

    public override string Description => "import keys that were issued elsewhere, or an export into an empty database";

    public override string Help => """
        Usage: Dashboard import FILE --project ORG/PROJECT --as EMAIL [--service-account ID] [--skip-existing] [--dry-run]
                                [--Setting:Name=value …]
               Dashboard import FILE [--Setting:Name=value …]

        FILE is .csv or .json and holds the SHA-256 of each key, its name and what it may do; docs/moving-in.md lists the
        columns. Every row is checked first, and every error is printed by row: then nothing is imported. --dry-run only checks.

          --project ORG/PROJECT  the project of the keys
          --as EMAIL             the admin or owner of the organization in whose name they are imported, and who owns them
          --service-account ID   the service account that owns them instead
          --skip-existing        leave out keys that the project has already, to repeat an import that was cut off

        Without options, FILE is what "export" wrote, and the database has to be empty: run "migrate" first.

        Exit codes: 0 done, or nothing is wrong; 1 the command could not run, or a row is wrong.
        """;

    public override CommandNeeds Needs => CommandNeeds.Database;

    public override bool TakesFile => true;

    public override IReadOnlyList<string> Options => [Project, As, Account];

    public override IReadOnlyList<string> Flags => [DryRun, Skip];

    public override void Check(CommandInput input)
    {
        BackupCommand.FileOf(this, input);
        if ((input.Options.Count > 0) != (input.Option(Project) is not null && input.Option(As) is not null))
        {
            throw new StartException($"\"import\" needs {Project} and {As}; \"import --help\" says more.");
        }
    }

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var file = Path.GetFullPath(BackupCommand.FileOf(this, input));
        return input.Options.Count == 0
            ? await ImportExportAsync(file, services, output, cancellationToken)
            : await ImportKeysAsync(file, input, services, output, cancellationToken);
    }

    static async Task<int> ImportExportAsync(string file, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            if (!await InstallationImport.IsExportAsync(file, cancellationToken))
            {
                throw new StartException($"{file} is not an export. To import keys, add {Project} and {As}; \"import --help\" says more.");
            }

            var rows = await services.GetRequiredService<InstallationImport>().ReadAsync(file, cancellationToken);
            await output.WriteLineAsync(
                $"{rows} rows were imported. Everybody signs in again. Keys, client secrets and refresh tokens work as before.");
            await BeginAuditKeyAsync(services, output, cancellationToken);
            return 0;
        }
        catch (ExportException fault)
        {
            throw new StartException(fault.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{file} cannot be read: {exception.Message}");
        }
    }

    /// <summary>Begins the key of this installation in the audit log, as its first start would: until then the log ends under the key of
    /// another one, which looks as if its end had been cut off.</summary>
    static async Task BeginAuditKeyAsync(IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            await services.PrepareAuditKeysAsync(cancellationToken);
        }
        catch (SettingException fault)
        {
            await output.WriteLineAsync($"Before the first start: {fault.Message}");
        }
    }

    static async Task<int> ImportKeysAsync(
        string file, CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var lines = await ReadAsync(file, cancellationToken);
        if (lines.Count == 0)
        {
            await output.WriteLineAsync("The file holds no key.");
            return 0;
        }

        var actor = await FindActorAsync(services, input.Option(As)!, cancellationToken);
        var import = new KeyFileImport(
            services.GetRequiredService<KeyImportService>(), actor,
            new(input.Option(Project), [], input.Option(Account)) { SkipsExisting = input.Option(Skip) is not null });
        var (faults, skipped) = await import.CheckAsync(lines, cancellationToken);
        foreach (var fault in faults.Take(MaxFaults))
        {
            await output.WriteLineAsync(fault);
        }

        if (faults.Count > 0)
        {
            await output.WriteLineAsync($"{faults.Count} errors in {lines.Count} rows. Nothing was imported.");
            return 1;
        }

        var kept = skipped > 0 ? $" {skipped} are there already." : "";
        if (input.Option(DryRun) is not null)
        {
            await output.WriteLineAsync($"{lines.Count - skipped} keys can be imported.{kept} Nothing was imported.");
            return 0;
        }

        var (imported, refused) = await import.ImportAsync(lines, cancellationToken);
        await output.WriteLineAsync(refused is null
            ? $"{imported} keys were imported into {input.Option(Project)}.{kept}"
            : $"{imported} of {lines.Count} keys were imported into {input.Option(Project)}, then: {refused} To import the rest, run it again with {Skip}.");
        return refused is null ? 0 : 1;
    }

    static async Task<IReadOnlyList<KeyImportLine>> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await KeyImportFile.ReadAsync(file, cancellationToken);
        }
        catch (KeyImportFileException fault)
        {
            throw new StartException(fault.Message);
        }
    }

    /// <summary>An operator needs no session: the settings of the database allow more than this.</summary>
    static async Task<Actor> FindActorAsync(IServiceProvider services, string email, CancellationToken cancellationToken)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>()
            .CreateDbContextAsync(cancellationToken);
        var normalized = EmailAddress.Normalize(email);
        return await context.Users.Where(x => x.NormalizedEmail == normalized).Select(x => new { x.Id, x.Name })
            .SingleOrDefaultAsync(cancellationToken) is { } person
            ? new Actor(PartyType.User, person.Id, person.Name)
            : throw new StartException($"Nobody has the email address {email}.");
    }
}
