using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Core.Import;
using Dashboard.Import;

namespace Dashboard.Cli.Import;

/// <summary>Cuts the rows of a file into requests that the server takes.</summary>
sealed class ImportBatches
{
    /// <summary>How many rows a request may have.</summary>
    public const int MaxRows = 500;

    /// <summary>How large a request may be.</summary>
    public const int MaxBytes = 64 * 1024;

    readonly JsonObject members;

    /// <param name="members">The members of each request beside the keys.</param>
    /// <param name="lines">The rows.</param>
    public ImportBatches(JsonObject members, IReadOnlyList<KeyImportLine> lines)
    {
        (this.members, Lines) = (members, lines);
        var around = Write([], isDryRun: true, lines.Count).Length;
        var (batches, errors, batch, size) = (new List<KeyImportLine[]>(), new List<KeyImportError>(), new List<KeyImportLine>(), around);
        foreach (var line in lines)
        {
            var length = Write(line.Members).Length + 1; // and a comma
            if (KeyImportErrors.HashOf(line) is { } text && ImportedHash.Parse(text) is null)
            {
                errors.Add(new(line.Place, "hash", ImportedHash.Advice)); // it may be the key itself, which stays where it is
                continue;
            }

            if (around + length > MaxBytes)
            {
                errors.Add(new(line.Place, "", $"The row is larger than {MaxBytes / 1024} KB."));
                continue;
            }

            if (batch.Count == MaxRows || size + length > MaxBytes)
            {
                batches.Add([.. batch]);
                batch.Clear();
                size = around;
            }

            batch.Add(line);
            size += length;
        }

        (All, NotSent) = (batch.Count > 0 ? [.. batches, [.. batch]] : batches, errors);
    }

    /// <summary>The rows of the file.</summary>
    public IReadOnlyList<KeyImportLine> Lines { get; }

    /// <summary>The rows of each request.</summary>
    public IReadOnlyList<KeyImportLine[]> All { get; }

    /// <summary>What is wrong with the rows that are in no request: their hash is none, or they are too large.</summary>
    public IReadOnlyList<KeyImportError> NotSent { get; }

    /// <summary>Returns the body of a request.</summary>
    /// <param name="before">How many keys the requests before it would import, for a dry run.</param>
    public byte[] Write(IEnumerable<KeyImportLine> batch, bool isDryRun, int before)
    {
        var body = (JsonObject)members.DeepClone();
        if (isDryRun)
        {
            (body["dry_run"], body["before"]) = (true, before);
        }

        body["keys"] = new JsonArray([.. batch.Select(line => line.Members.DeepClone())]);
        return Write(body);
    }

    static byte[] Write(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            node.WriteTo(writer);
        }

        return buffer.ToArray();
    }
}
