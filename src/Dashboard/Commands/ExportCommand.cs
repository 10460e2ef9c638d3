using Dashboard.Core.Data;
using Dashboard.Core.Import;
using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>The command <c>export</c>: writes everything but secrets to a file, for an installation on another database.</summary>
sealed class ExportCommand : ConsoleCommand
{
    public override string Name => "export";

    public override string Description => "write everything but secrets as JSON, to move to another database";

    public override string Help => """
        Usage: Dashboard export FILE [--Setting:Name=value …]

        Writes people, organizations, projects, keys, service accounts, tokens, usage and the audit log as JSON. Of keys,
        passwords and tokens it holds hashes, so guard the file; only you can read it. Signing keys, the keys that protect
        sign-ins, sessions and mail stay behind: everybody signs in again. Stop Latchkey first, so that nothing changes after.

        "import FILE" reads it into an empty database of any kind, by the same version of Latchkey.
        """;

    public override CommandNeeds Needs => CommandNeeds.Database;

    public override bool TakesFile => true;

    public override void Check(CommandInput input) => BackupCommand.FileOf(this, input);

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var file = Path.GetFullPath(BackupCommand.FileOf(this, input));
        if (Path.Exists(file))
        {
            throw new StartException($"{file} exists, and an export overwrites nothing. Name another file.");
        }

        var partial = $"{file}.partial-{Environment.ProcessId}";
        try
        {
            await using (var stream = PrivateFiles.CreateNew(partial))
            {
                var rows = await services.GetRequiredService<InstallationExport>().WriteAsync(stream, cancellationToken);
                stream.Flush(flushToDisk: true);
                await output.WriteLineAsync($"{file} holds {rows} rows.");
            }

            File.Move(partial, file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{file} cannot be written: {exception.Message}");
        }
        finally
        {
            if (File.Exists(partial))
            {
                File.Delete(partial);
            }
        }

        await output.WriteLineAsync(
            "It holds hashes of keys, passwords and tokens: guard it like the database, and delete it after the move.");
        await output.WriteLineAsync("The audit log is verified with its key: add the content of keys/audit.key, or DataProtection:WrapKey, to Audit:OldKeys of the new installation.");
        return 0;
    }
}
