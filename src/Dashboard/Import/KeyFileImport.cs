using System.Globalization;
using System.Text.Json.Nodes;
using Dashboard.Api;
using Dashboard.Core.Import;

namespace Dashboard.Import;

/// <summary>Imports the keys of a file in parts, after all of them were checked.</summary>
/// <param name="actor">The admin in whose name an operator imports them.</param>
/// <param name="project"><c>organization/project</c>.</param>
/// <param name="serviceAccountId">The service account that will own them, or null for the admin.</param>
sealed class KeyFileImport(KeyImportService imports, Actor actor, string project, string? serviceAccountId)
{
    static readonly char[] Brackets = ['[', ']'];

    /// <summary>Checks every row, and changes nothing.</summary>
    /// <returns>What is wrong, one sentence a line; empty if the file can be imported.</returns>
    public async Task<IReadOnlyList<string>> CheckAsync(IReadOnlyList<KeyImportLine> lines, CancellationToken cancellationToken)
    {
        List<string> faults = [.. Repeated(lines)];
        var before = 0;
        foreach (var part in lines.Chunk(KeyImportService.MaxRows))
        {
            var result = await RunAsync(part, isDryRun: true, before, cancellationToken);
            if (result.Error is { Errors: null } fault)
            {
                return [fault.Detail]; // not of a row: it is the same for every part
            }

            faults.AddRange((result.Error?.Errors ?? new Dictionary<string, string>()).Select(error => Describe(error.Key, error.Value, part)));
            before += part.Length;
        }

        return faults;
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
                return (imported, fault.Errors?.FirstOrDefault() is { Key: { } field } error ? Describe(field, error.Value, part) : fault.Detail);
            }

            imported += result.Value.Count;
        }

        return (imported, null);
    }

    async Task<Result<IReadOnlyList<string>>> RunAsync(KeyImportLine[] part, bool isDryRun, int before, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["keys"] = new JsonArray([.. part.Select(line => line.Members.DeepClone())]) };
        using var document = System.Text.Json.JsonDocument.Parse(body.ToJsonString());
        var read = StrictReader.Read<ImportKeysRequest>(document.RootElement);
        return read.Error is { } invalid
            ? invalid
            : await imports.ImportAsync(
                actor, (read.Value with { Project = project, ServiceAccountId = serviceAccountId, DryRun = isDryRun }).ToImport() with { Before = before, IsFromConsole = true }, cancellationToken);
    }

    /// <summary>Names the place of the error in the file: <c>keys[0].hash</c> is of the first row of a part.</summary>
    static string Describe(string field, string message, KeyImportLine[] part) =>
        field.Split(Brackets, 3) is ["keys", var number, var member] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var row) && row < part.Length
            ? $"{part[row].Place}: {member.TrimStart('.')}: {message}"
            : $"{field}: {message}";

    static IEnumerable<string> Repeated(IReadOnlyList<KeyImportLine> lines)
    {
        var first = new Dictionary<string, (int Part, string Place)>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Members["hash"] is JsonValue value && value.TryGetValue<string>(out var text) && HashOf(text) is { } hash
                && !first.TryAdd(hash, (i / KeyImportService.MaxRows, lines[i].Place)) && first[hash].Part != i / KeyImportService.MaxRows)
            {
                yield return $"{lines[i].Place}: hash: This hash is in another row as well, {first[hash].Place}."; // within a part, the import itself finds it
            }
        }
    }

    static string? HashOf(string text) => KeyImportService.ParseHash(text) is { } hash ? Convert.ToHexString(hash) : null;
}
