using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Dashboard.Cli.Common;

/// <summary>A column of a list.</summary>
sealed record Column(string Title, Func<JsonElement, string> Value);

/// <summary>How a command answers: only the result goes to standard output, so that it can be piped or kept in a
/// variable. Notes and errors go to standard error.</summary>
sealed class Answer(Machine machine, bool json, bool quiet)
{
    /// <summary>Prints a line that is not the answer, unless the person wants none.</summary>
    public void Note(string sentence)
    {
        if (!quiet)
        {
            Tell(sentence);
        }
    }

    /// <summary>Prints a line that is not the answer.</summary>
    public void Tell(string sentence) => machine.Error.WriteLine(Printable.Of(sentence));

    /// <summary>Prints a secret, or the JSON that contains it.</summary>
    public void Secret(string secret, JsonElement whole)
    {
        if (json)
        {
            Json(whole);
        }
        else
        {
            machine.Output.WriteLine(secret);
        }
    }

    /// <summary>Prints JSON, indented.</summary>
    public void Json(JsonElement element) => Write(element.WriteTo);

    /// <summary>Prints a list: a table in a terminal, lines of values with tabs elsewhere. The first column is the identifier.</summary>
    public void List(IReadOnlyList<JsonElement> rows, string nothing, params IReadOnlyList<Column> columns)
    {
        if (json)
        {
            Write(writer =>
            {
                writer.WriteStartArray();
                foreach (var row in rows)
                {
                    row.WriteTo(writer);
                }

                writer.WriteEndArray();
            });
        }
        else if (quiet)
        {
            Lines(rows, [columns[0]]);
        }
        else if (rows.Count == 0)
        {
            Note(nothing);
        }
        else if (machine.OutputIsTerminal)
        {
            Table(rows, columns);
        }
        else
        {
            Lines(rows, columns);
        }
    }

    /// <summary>Prints the members of one thing.</summary>
    public void Details(JsonElement whole, params IReadOnlyList<(string Label, string Value)> members)
    {
        if (json)
        {
            Json(whole);
            return;
        }

        var shown = members.Where(member => member.Value.Length > 0).ToList();
        var width = shown.Max(member => member.Label.Length);
        foreach (var (label, value) in shown)
        {
            machine.Output.WriteLine($"{label.PadRight(width)}  {Printable.Of(value)}");
        }
    }

    void Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        machine.Output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    void Lines(IReadOnlyList<JsonElement> rows, IReadOnlyList<Column> columns)
    {
        foreach (var row in rows)
        {
            machine.Output.WriteLine(string.Join('\t', columns.Select(column => Printable.Of(column.Value(row)))));
        }
    }

    void Table(IReadOnlyList<JsonElement> rows, IReadOnlyList<Column> columns)
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(machine.Output), Interactive = InteractionSupport.No });
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            // What has to be copied stays in one line.
            table.AddColumn(
                new TableColumn(new Text(column.Title, new(decoration: Decoration.Bold))) { NoWrap = ReferenceEquals(column, columns[0]) });
        }

        foreach (var row in rows)
        {
            table.AddRow(columns.Select(column => new Text(Printable.Of(column.Value(row)))));
        }

        console.Write(table);
    }
}
