using System.Globalization;

namespace Dashboard.Import;

/// <summary>What is wrong with a row of a file.</summary>
/// <param name="Place">Where the row is: <c>line 2</c> or <c>keys[0]</c>; empty for what is wrong with no single row.</param>
/// <param name="Field">The member or column; empty for the whole row.</param>
sealed record KeyImportError(string Place, string Field, string Message)
{
    /// <summary>The error in a line.</summary>
    public override string ToString() => string.Join(": ", new[] { Place, Field, Message }.Where(part => part.Length > 0));
}

/// <summary>Finds the row of a file that an error is about. The command line compiles this file too.</summary>
static class KeyImportErrors
{
    static readonly char[] Brackets = ['[', ']'];

    /// <summary>Names the place of an error in the file: <c>keys[0].hash</c> is of the first row of a part.</summary>
    public static KeyImportError Find(string field, string message, IReadOnlyList<KeyImportLine> part) =>
        field.Split(Brackets, 3) is ["keys", var number, var member]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var row) && row < part.Count
            ? new(part[row].Place, member.TrimStart('.'), message)
            : new("", field, message);

    /// <summary>Returns errors in the order of the rows.</summary>
    public static IEnumerable<KeyImportError> InOrder(IEnumerable<KeyImportError> errors, IReadOnlyList<KeyImportLine> lines)
    {
        var order = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, line) in lines.Index())
        {
            order.TryAdd(line.Place, index);
        }

        return errors.OrderBy(error => order.GetValueOrDefault(error.Place, -1));
    }

    /// <summary>Returns the rows of a part that have no error.</summary>
    public static KeyImportLine[] Without(KeyImportLine[] part, IEnumerable<KeyImportError> errors)
    {
        var places = errors.Select(error => error.Place).ToHashSet(StringComparer.Ordinal);
        return [.. part.Where(line => !places.Contains(line.Place))];
    }

    /// <summary>Finds hashes that two parts have. Within a part, the import itself finds them.</summary>
    /// <param name="parse">Parses the text of a hash, or returns null.</param>
    public static IEnumerable<KeyImportError> FindRepeated(IReadOnlyList<KeyImportLine[]> parts, Func<string?, byte[]?> parse)
    {
        var first = new Dictionary<string, (int Part, string Place)>(StringComparer.Ordinal);
        foreach (var (number, part) in parts.Index())
        {
            foreach (var line in part)
            {
                if (HashOf(line) is { } text && parse(text) is { } hash && !first.TryAdd(Convert.ToHexString(hash), (number, line.Place))
                    && first[Convert.ToHexString(hash)] is var other && other.Part != number)
                {
                    yield return new(line.Place, "hash", $"This hash is in another row as well, {other.Place}.");
                }
            }
        }
    }

    /// <summary>Returns the text of a row's hash, or null if it has none.</summary>
    public static string? HashOf(KeyImportLine line) =>
        line.Members["hash"] is System.Text.Json.Nodes.JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
