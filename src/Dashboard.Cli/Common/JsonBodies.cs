using System.Text.Json.Nodes;

namespace Dashboard.Cli.Common;

/// <summary>Fills the body of a request. What was not given is left out, so that the server's defaults apply.</summary>
static class JsonBodies
{
    public static void AddText(this JsonObject body, string name, string? value)
    {
        if (value is not null)
        {
            body[name] = value;
        }
    }

    public static void AddTexts(this JsonObject body, string name, IReadOnlyList<string>? values)
    {
        if (values is { Count: > 0 })
        {
            body[name] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
        }
    }
}
