using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dashboard.Cli.Access;

/// <summary>A list of the API with its filters, read page by page.</summary>
sealed class ListRequest(string path)
{
    const int MaxPage = 200;

    readonly StringBuilder query = new(path);
    bool hasQuery;

    /// <summary>How many rows a list command prints at most.</summary>
    public static Option<int> LimitOption()
    {
        var limit = new Option<int>("--limit")
        {
            Description = "How many rows to print at most.",
            HelpName = "n",
            DefaultValueFactory = _ => 50
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, CultureInfo.InvariantCulture, out var value)
                && value is < 1 or > 100_000)
            {
                result.AddError("--limit is 1 to 100000.");
            }
        });
        return limit;
    }

    /// <summary>Adds a filter, unless it has no value.</summary>
    public ListRequest With(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            query.Append(hasQuery ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            hasQuery = true;
        }

        return this;
    }

    /// <summary>Adds a filter that is on or off.</summary>
    public ListRequest With(string name, bool value) => With(name, value ? "true" : null);

    /// <summary>Returns the rows, and whether there are more than were asked for.</summary>
    public async Task<(IReadOnlyList<JsonElement> Rows, bool More)> ReadAsync(Caller caller, int limit, CancellationToken cancellationToken)
    {
        var rows = new List<JsonElement>();
        for (string? cursor = null; ;)
        {
            var after = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var address = $"{query}{(hasQuery ? '&' : '?')}limit={Math.Min(MaxPage, limit - rows.Count)}{after}";
            var page = await caller.GetAsync(address, cancellationToken);
            rows.AddRange(page.Items("items"));
            cursor = page.Text("next_cursor") is { Length: > 0 } next ? next : null;
            if (cursor is null || rows.Count >= limit)
            {
                return (rows, cursor is not null);
            }
        }
    }

    /// <summary>Prints the rows.</summary>
    public async Task PrintAsync(
        Caller caller, Invocation invocation, int limit, string nothing, IReadOnlyList<Column> columns, CancellationToken cancellationToken)
    {
        var (rows, more) = await ReadAsync(caller, limit, cancellationToken);
        invocation.Answer.List(rows, nothing, columns);
        if (more)
        {
            invocation.Answer.Note($"There are more than {limit}. --limit prints them.");
        }
    }
}
