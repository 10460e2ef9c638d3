using System.CommandLine;
using System.Text.Json.Nodes;
using Dashboard.Cli.Access;
using Dashboard.Import;

namespace Dashboard.Cli.Import;

/// <summary><c>latchkey import</c>: keys that were issued elsewhere, by their hashes. Every row is checked before the first is
/// imported.</summary>
sealed class ImportCommand(CommandFactory factory)
{
    readonly Argument<string> file = new("file")
    {
        Description = "A .csv or .json file with the SHA-256 of each key, its name and what it may do.",
    };
    readonly Option<string?> account =
        new("--service-account") { Description = "The service account that owns the keys.", HelpName = "id" };
    readonly Option<bool> skip = new("--skip-existing")
    {
        Description = "Leave out keys that the project has already, to repeat an import that was cut off.",
    };
    readonly Option<bool> dryRun = new("--dry-run") { Description = "Only check every row, and change nothing." };

    public Command Create() => factory.Leaf(
        "import", "Import keys that were issued elsewhere, by their hashes.", RunAsync, file, account, skip, dryRun);

    async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var typed = invocation.Parsed;
        var lines = await ReadAsync(typed.GetRequiredValue(file), cancellationToken);
        var caller = Caller.Of(invocation);
        var members = new JsonObject();
        members.AddText("project", await caller.ProjectAsync(cancellationToken));
        members.AddText("service_account_id", typed.GetValue(account));
        if (typed.GetValue(skip))
        {
            members["skip_existing"] = true;
        }

        var batches = new ImportBatches(members, lines);
        var calls = new ImportCalls(caller, invocation, batches);
        var outcome = await calls.CheckAsync(cancellationToken);
        if (outcome.Errors.Count > 0)
        {
            PrintErrors(invocation, outcome);
            throw new Failure(
                ExitCode.Usage, $"{Count(outcome.Errors.Count, "error")} in {Count(lines.Count, "row")}. Nothing was imported.");
        }

        if (!typed.GetValue(dryRun))
        {
            outcome = await ImportAsync(calls, invocation, cancellationToken);
        }

        Print(invocation, outcome);
    }

    /// <summary>Imports what was checked. If it ends before the last row, the sentence says which rows are in.</summary>
    static async Task<ImportOutcome> ImportAsync(ImportCalls calls, Invocation invocation, CancellationToken cancellationToken)
    {
        var outcome = new ImportOutcome(calls.Rows, IsDryRun: false);
        try
        {
            await calls.ImportAsync(outcome, cancellationToken);
            return outcome;
        }
        catch (OperationCanceledException)
        {
            throw Unfinished(ExitCode.Interrupted, "Interrupted.");
        }
        catch (Failure failure)
        {
            throw Unfinished(failure.Code, failure.Message, failure);
        }

        Failure Unfinished(ExitCode code, string why, Failure? inner = null)
        {
            if (invocation.Json)
            {
                invocation.Answer.Json(outcome.ToJson());
            }

            return new(code, $"{why}\n{calls.Describe(outcome)}", inner);
        }
    }

    static void Print(Invocation invocation, ImportOutcome outcome)
    {
        if (invocation.Json)
        {
            invocation.Answer.Json(outcome.ToJson());
        }
        else if (invocation.Quiet)
        {
            invocation.Answer.List([.. outcome.ToJson().Items("key_ids")], "", [new("ID", id => id.Text())]);
        }
        else
        {
            invocation.Answer.Details(
                default,
                ("Rows", $"{outcome.Rows}"),
                (outcome.IsDryRun ? "Can be imported"
                    : "Imported", $"{(outcome.IsDryRun ? outcome.Rows - outcome.Skipped : outcome.KeyIds.Count)}"),
                ("There already", outcome.Skipped > 0 ? $"{outcome.Skipped}" : ""));
            if (outcome.IsDryRun)
            {
                invocation.Answer.Note("Nothing was imported.");
            }
        }
    }

    static void PrintErrors(Invocation invocation, ImportOutcome outcome)
    {
        var whole = outcome.ToJson();
        if (invocation.Json)
        {
            invocation.Answer.Json(whole);
            return;
        }

        invocation.Answer.List(
            [.. whole.Items("errors")], "",
            [new("Row", error => error.Text("row")), new("Field", error => error.Text("field")), new(
                "Error", error => error.Text("message"))]);
    }

    static async Task<IReadOnlyList<KeyImportLine>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var lines = await KeyImportFile.ReadAsync(path, cancellationToken);
            return lines.Count > 0 ? lines : throw new Failure(ExitCode.Usage, $"{path} holds no key.");
        }
        catch (KeyImportFileException exception)
        {
            throw new Failure(ExitCode.Usage, exception.Message, exception);
        }
    }

    static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
