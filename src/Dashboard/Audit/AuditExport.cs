using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using CsvHelper;
using Dashboard.Api;
using Dashboard.Core.Audit;

namespace Dashboard.Audit;

/// <summary>Writes rows of the audit log as a stream. However many there are, only a page of them is in memory.</summary>
sealed class AuditExport(IAsyncEnumerable<AuditRecord> rows, string format) : IResult
{
    public const string Csv = "text/csv";

    public const string JsonLines = "application/jsonl";

    /// <summary>The number of JSON lines that are sent together.</summary>
    const int Batch = 50;

    static readonly string[] Columns =
    [
        "id", "at", "actor_type", "actor_id", "actor_name", "address", "network", "category", "action", "target_type", "target_id",
        "target_name", "outcome", "details", "hash",
    ];

    /// <summary>Spreadsheets take a cell that begins like a formula for one, and names are chosen by others.</summary>
    static readonly CsvWriterOptions CsvOptions = new() { Injection = CsvInjection.Escape };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = $"{(format == "csv" ? Csv : JsonLines)}; charset=utf-8";
        response.Headers.ContentDisposition = $"attachment; filename=\"audit-log.{format}\"";
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }

        try
        {
            await WriteAsync(response.Body, httpContext.RequestAborted);
        }
        catch (UnauthorizedAccessException)
        {
            httpContext.Abort(); // the caller has lost the role since; what was sent must not look complete
        }
    }

    /// <summary>Writes the rows to a stream.</summary>
    public Task WriteAsync(Stream body, CancellationToken cancellationToken) =>
        format == "csv" ? WriteCsvAsync(body, cancellationToken) : WriteJsonAsync(body, cancellationToken);

    async Task WriteCsvAsync(Stream body, CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(body, CsvOptions, leaveOpen: true);
        await csv.WriteRecordAsync(Columns, cancellationToken);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await csv.WriteRecordAsync([.. CellsOf(row).Select(Defuse)], cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
    }

    async Task WriteJsonAsync(Stream body, CancellationToken cancellationToken)
    {
        var pipe = PipeWriter.Create(body, new(leaveOpen: true));
        await using var json = new Utf8JsonWriter(pipe);
        var count = 0;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            JsonSerializer.Serialize(json, new AuditRowAnswer(row), JsonContract.Options);
            await json.FlushAsync(cancellationToken);
            json.Reset();
            pipe.Write("\n"u8);
            if (++count % Batch == 0)
            {
                await pipe.FlushAsync(cancellationToken);
            }
        }

        await pipe.CompleteAsync();
    }

    /// <summary>The full-width forms are formulas to a spreadsheet too, and no characters that the writer can be given.</summary>
    static string Defuse(string cell) => cell is ['＝' or '＋' or '－' or '＠', ..] ? $"'{cell}" : cell;

    static string[] CellsOf(AuditRecord row) =>
    [
        row.Id, Rfc3339.ToText(row.At), row.Actor.Type, row.Actor.Id, row.Actor.Name, row.Address ?? "", row.Network ?? "", row.Category,
        row.Action, row.Target.Type, row.Target.Id, row.Target.Name, AuditOutcomes.NameOf(row.Succeeded), row.Details, row.Hash,
    ];
}
