using System.Text.Json;
using Dashboard.Cli.Access;
using Dashboard.Cli.Server;
using Dashboard.Core.Import;
using Dashboard.Import;

namespace Dashboard.Cli.Import;

/// <summary>Sends the rows of a file, one request after the other.</summary>
sealed class ImportCalls(Caller caller, Invocation invocation, ImportBatches batches)
{
    const string Path = "/api/keys/import";

    /// <summary>How often one request is sent while the server takes no more: it counts by the minute.</summary>
    const int MaxAttempts = 10;

    static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(10);
    static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(2);

    /// <summary>How many rows the file has.</summary>
    public int Rows => batches.Lines.Count;

    /// <summary>Checks every row, and changes nothing.</summary>
    public async Task<ImportOutcome> CheckAsync(CancellationToken cancellationToken)
    {
        var outcome = new ImportOutcome(Rows, IsDryRun: true);
        List<KeyImportError> errors = [.. batches.NotSent, .. KeyImportErrors.FindRepeated(batches.All, ImportedHash.Parse)];
        var before = 0;
        foreach (var batch in batches.All)
        {
            // Rows that are not even of the right form are refused before the others are looked at, so those are sent again.
            for (var rest = batch; rest.Length > 0; rest = KeyImportErrors.Without(rest, errors))
            {
                var reply = await SendAsync(batches.Write(rest, isDryRun: true, before), outcome, cancellationToken);
                if (ErrorsOf(reply, rest) is { Count: > 0 } found)
                {
                    errors.AddRange(found);
                    continue;
                }

                var skipped = caller.EnsureOk(reply).Json.Items("skipped").Count();
                outcome.Skipped += skipped;
                before += rest.Length - skipped;
                break;
            }
        }

        outcome.Errors = [.. KeyImportErrors.InOrder(errors, batches.Lines)];
        return outcome;
    }

    /// <summary>Imports the rows. Each request is imported as a whole or not at all.</summary>
    /// <param name="outcome">Receives what is in, also if a request fails.</param>
    public async Task ImportAsync(ImportOutcome outcome, CancellationToken cancellationToken)
    {
        foreach (var batch in batches.All)
        {
            var reply = await SendAsync(batches.Write(batch, isDryRun: false, 0), outcome, cancellationToken);
            if (ErrorsOf(reply, batch) is { Count: > 0 } errors)
            {
                outcome.Errors = errors;
                throw new Failure(Refusals.CodeOf(reply), string.Join('\n', errors));
            }

            var done = caller.EnsureOk(reply).Json;
            outcome.KeyIds.AddRange(done.Items("key_ids").Select(id => id.Text()));
            outcome.Skipped += done.Items("skipped").Count();
            outcome.Batches++;
            if (invocation.Machine.ErrorIsTerminal && outcome.Batches < batches.All.Count)
            {
                invocation.Answer.Note($"{outcome.KeyIds.Count + outcome.Skipped} of {Rows} rows are in.");
            }
        }
    }

    /// <summary>Says which rows are in after a request failed, and what to do.</summary>
    public string Describe(ImportOutcome outcome)
    {
        var (done, next, rest) = (outcome.Batches, outcome.IsUnknown ? 1 : 0, batches.All.Skip(outcome.Batches));
        List<string> sentences =
        [
            $"Request {done + 1} of {batches.All.Count} failed.",
            done == 0 ? "" : $"These rows are in: {Range(batches.All.Take(done))}.",
            next == 0 ? "" : $"The server did not confirm these, so they may be in: {Range(rest.Take(1))}.",
            rest.Skip(next).Any() ? $"These are not: {Range(rest.Skip(next))}." : "",
            done + next == 0 ? "Nothing was imported." : "To import the rest, run the same command with --skip-existing.",
        ];
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0));
    }

    static string Range(IEnumerable<KeyImportLine[]> part)
    {
        var rows = part.SelectMany(batch => batch).ToList();
        return rows.Count == 1 ? rows[0].Place : $"{rows[0].Place} to {rows[^1].Place}, {rows.Count} rows";
    }

    /// <summary>Returns what is wrong by row. Empty if nothing is, or if it has to do with no row.</summary>
    static List<KeyImportError> ErrorsOf(Reply reply, KeyImportLine[] batch)
    {
        if (reply.IsOk || reply.Json.ValueKind != JsonValueKind.Object || !reply.Json.TryGetProperty("errors", out var all)
            || all.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        List<KeyImportError> errors =
            [.. all.EnumerateObject().Select(error => KeyImportErrors.Find(error.Name, error.Value.Text(), batch))];
        return errors.TrueForAll(error => error.Place.Length > 0) ? errors : [];
    }

    /// <summary>Sends a request, again while the server takes no more.</summary>
    /// <param name="outcome">Receives whether nobody knows what has become of the rows.</param>
    async Task<Reply> SendAsync(byte[] body, ImportOutcome outcome, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reply = await SendOnceAsync(body, outcome, cancellationToken);
            var wait = reply.RetryAfter ?? UsualWait;
            if (reply.Status != 429 || attempt == MaxAttempts || wait > MaxWait)
            {
                return reply;
            }

            invocation.Answer.Note(
                $"The server takes no more requests for the moment. The import continues in {Math.Ceiling(wait.TotalSeconds)} s.");
            await Task.Delay(wait, invocation.Machine.Time, cancellationToken);
        }
    }

    async Task<Reply> SendOnceAsync(byte[] body, ImportOutcome outcome, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await caller.TrySendAsync(new(HttpMethod.Post, Path, body), cancellationToken);
            outcome.IsUnknown = reply.Status >= 500 && reply.Code != Codes.Unavailable; // which says that nothing was changed
            return reply;
        }
        catch (Exception exception) when (exception is OperationCanceledException or Failure { Code: ExitCode.Unavailable })
        {
            outcome.IsUnknown = true;
            throw;
        }
    }
}
