using System.Globalization;
using System.Text.Json;

namespace Dashboard.Cli.Common;

/// <summary>Reads what the server returned. A member that is missing reads as empty, so that an older or newer server does not stop a
/// command.</summary>
static class JsonElements
{
    /// <summary>Returns the text of a member at a path, or the empty string.</summary>
    public static string Text(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return "";
            }
        }

        return element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!,
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.Array => string.Join(", ", element.EnumerateArray().Select(item => item.Text())),
            _ => "",
        };
    }

    /// <summary>Returns the time of a member in short, such as "2026-11-21 09:30", or the empty string.</summary>
    public static string Time(this JsonElement element, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(element.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
            : "";

    /// <summary>Returns a member that is a whole number, or null.</summary>
    public static int? Number(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var number)
            ? number
            : null;

    /// <summary>Returns the items of a member that is a list.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : [];
}
