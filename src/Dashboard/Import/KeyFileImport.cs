using System.Text.Json.Nodes;
using Dashboard.Api;
using Dashboard.Core.Import;

namespace Dashboard.Import;

/// <summary>Imports the keys of a file in parts, after all of them were checked.</summary>
/// <param name="actor">The admin in whose name an operator imports them.</param>
/// <param name="input">Where the keys go and who will own them, without keys.</param>
sealed class KeyFileImport(KeyImportService imports, Actor actor, KeyImport input)
{
    /// <summary>Checks every row, and changes nothing.</summary>
    /// <returns>What is wrong, one sentence a line; empty if the file can be imported. And how many rows would be skipped.</returns>
    public async Task<(IReadOnlyList<string> Faults, int Skipped)> CheckAsync(
        IReadOnlyList<KeyImportLine> lines, CancellationToken cancellationToken)
    {
        KeyImportLine[][] parts = [.. lines.Chunk(KeyImportService.MaxRows)];
        List<KeyImportError> errors = [.. KeyImportErrors.FindRepeated(parts, KeyImportService.ParseHash)];
        var (before, skipped) = (0, 0);
        foreach (var part in parts)
        {
            // Rows that are not even of the right form are refused before the others are looked at, so those are checked again.
            for (var rest = part; rest.Length > 0; rest = KeyImportErrors.Without(rest, errors))
            {
                var result = await RunAsync(rest, isDryRun: true, before, cancellationToken);
                if (result.Error is null)
                {
                    var left = result.Value.Skipped.Count;
                    (before, skipped) = (before + rest.Length - left, skipped + left);
                    break;
                }

                List<KeyImportError> found = [.. (result.Error.Errors ?? new Dictionary<string, string>())
                    .Select(error => KeyImportErrors.Find(error.Key, error.Value, rest))];
                if (found.Count == 0 || found.Exists(error => error.Place.Length == 0))
                {
                    // not of a row: it is the same for every part
                    return ([.. found.Select(error => error.ToString()).DefaultIfEmpty(result.Error.Detail)], 0);
                }

                errors.AddRange(found);
            }
        }

        return ([.. KeyImportErrors.InOrder(errors, lines).Select(error => error.ToString())], skipped);
    }

    /// <summary>Imports the rows. Each part is imported as a whole or not at all.</summary>
    /// <returns>The number of keys; and why a part was refused, or null.</returns>
    public async Task<(int Imported, string? Fault)> ImportAsync(IReadOnlyList<KeyImportLine> lines, CancellationToken cancellationToken)
    {
        var imported = 0;
        foreach (var part in lines.Chunk(KeyImportService.MaxRows))
        {
            var result = await RunAsync(part, isDryRun: false, 0, cancellationToken);
            if (result.Error is { } fault)
            {
                return (imported, fault.Errors?.FirstOrDefault() is { Key: { } field } error
                    ? KeyImportErrors.Find(field, error.Value, part).ToString() : fault.Detail);
            }

            imported += result.Value.KeyIds.Count;
        }

        return (imported, null);
    }

    async Task<Result<KeyImportResult>> RunAsync(KeyImportLine[] part, bool isDryRun, int before, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["keys"] = new JsonArray([.. part.Select(line => line.Members.DeepClone())]) };
        using var document = System.Text.Json.JsonDocument.Parse(body.ToJsonString());
        var read = StrictReader.Read<ImportKeysRequest>(document.RootElement);
        return read.Error is { } invalid
            ? invalid
            : await imports.ImportAsync(
                actor, input with { Keys = read.Value.ToImport().Keys, IsDryRun = isDryRun, Before = before, IsFromConsole = true },
                cancellationToken);
    }
}
