using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;

namespace Dashboard.Import;

/// <summary>A row of a file.</summary>
/// <param name="Place">Where it is: <c>line 2</c> or <c>keys[0]</c>.</param>
/// <param name="Members">Its members, as the endpoint takes them.</param>
sealed record KeyImportLine(string Place, JsonObject Members);

/// <summary>A file with keys cannot be read, or is neither JSON nor CSV with these columns. The message is for the person who named
/// it.</summary>
sealed class KeyImportFileException(string message) : Exception(message);

/// <summary>Reads files with keys to import: the rows of <c>POST /api/keys/import</c> as JSON, or as CSV with the same names as columns.
/// The command line compiles this file too, which is why it knows neither the API nor Core.</summary>
static class KeyImportFile
{
    const long MaxBytes = 512L * 1024 * 1024;

    /// <summary>As deep as the API reads.</summary>
    const int MaxDepth = 8;

    /// <summary>The columns whose cells are lists, separated by spaces.</summary>
    static readonly string[] Lists = ["permissions", "resources"];

    /// <summary>The longest unknown name that an error shows: no text of 128 random bits is as short.</summary>
    const int MaxShown = 20;

    /// <summary>The columns of CSV, and the members of a row of JSON.</summary>
    static readonly string[] Columns =
        ["hash", "name", "environment", "permissions", "resources", "expires_at", "last_used_at", "prefix", "note"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="KeyImportFileException">It cannot be read, or holds no list of keys.</exception>
    public static async Task<IReadOnlyList<KeyImportLine>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            if (file.Length > MaxBytes)
            {
                throw new KeyImportFileException($"{path} is larger than {MaxBytes / 1024 / 1024} MB. Import it in parts.");
            }

            return Path.GetExtension(path).ToUpperInvariant() switch
            {
                ".CSV" => await ReadCsvAsync(path, file, cancellationToken),
                ".JSON" => await ReadJsonAsync(path, file, cancellationToken),
                _ => throw new KeyImportFileException($"{path} must be named .csv or .json."),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyImportFileException($"{path} cannot be read: {exception.Message}");
        }
    }

    static async Task<IReadOnlyList<KeyImportLine>> ReadJsonAsync(string path, Stream file, CancellationToken cancellationToken)
    {
        try
        {
            var root = await JsonNode.ParseAsync(
                file, documentOptions: new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth },
                cancellationToken: cancellationToken);
            var rows = root as JsonArray ?? (root as JsonObject)?["keys"] as JsonArray
                ?? throw new KeyImportFileException($"{path} holds no list of keys.");
            return [.. rows.Select((row, index) =>
                LineOf(path, string.Create(CultureInfo.InvariantCulture, $"keys[{index}]"), row))];
        }
        catch (JsonException exception)
        {
            // the message may hold a value
            throw new KeyImportFileException($"{path} is not JSON: line {exception.LineNumber + 1} cannot be read.");
        }
    }

    static KeyImportLine LineOf(string path, string place, JsonNode? row)
    {
        var members = row as JsonObject ?? throw new KeyImportFileException($"{path} lists something else than an object: {place}.");
        return FindUnknown(members.Select(member => member.Key)) is { } unknown
            ? throw new KeyImportFileException(
                $"{path} has in {place} {Describe("member", unknown)}. The members are {string.Join(", ", Columns)}.")
            : new(place, members);
    }

    static async Task<IReadOnlyList<KeyImportLine>> ReadCsvAsync(string path, Stream file, CancellationToken cancellationToken)
    {
        try
        {
            await using var csv =
                CsvReader.Create(
                    file, new() { HasHeader = true, TrackLineNumbers = true, IncludeValuesInExceptions = false, SkipEmptyLines = true },
                    leaveOpen: true);
            List<KeyImportLine> rows = [];
            string[]? headers = null;
            while (await csv.ReadAsync(cancellationToken))
            {
                headers ??= HeadersOf(path, csv);
                rows.Add(new(string.Create(CultureInfo.InvariantCulture, $"line {csv.LineNumber}"), RowOf(csv, headers)));
            }

            return rows;
        }
        catch (CsvFormatException exception)
        {
            throw new KeyImportFileException($"{path} is not CSV: {exception.Message}");
        }
    }

    static string[] HeadersOf(string path, CsvReader csv)
    {
        string[] headers = [.. csv.Headers.Select(header => header.Trim())];
        return FindUnknown(headers) is { } unknown
            ? throw new KeyImportFileException($"{path} has {Describe("column", unknown)}. The columns are {string.Join(", ", Columns)}.")
            : headers;
    }

    /// <summary>Describes a column or member for an error. In a file without a header line the first cell could be a key, so a long name
    /// is not shown.</summary>
    static string Describe(string kind, string name) => name.Length <= MaxShown ? $"a {kind} \"{name}\""
        : $"a {kind} whose name is not shown, because it could be a secret";

    /// <summary>Returns the first name that the endpoint would not take, or null.</summary>
    static string? FindUnknown(IEnumerable<string> names) => names.FirstOrDefault(name => !Columns.Contains(name, StringComparer.Ordinal));

    /// <summary>An empty cell is a member that is left out.</summary>
    static JsonObject RowOf(CsvReader csv, string[] headers)
    {
        var row = new JsonObject();
        for (var i = 0; i < Math.Min(headers.Length, csv.FieldCount); i++)
        {
            if (csv.GetString(i) is { Length: > 0 } cell)
            {
                row[headers[i]] = Lists.Contains(headers[i], StringComparer.Ordinal)
                    ? new JsonArray([.. cell.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => JsonValue.Create(word))])
                    : JsonValue.Create(cell);
            }
        }

        return row;
    }
}
