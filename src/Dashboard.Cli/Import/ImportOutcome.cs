using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Import;

namespace Dashboard.Cli.Import;

/// <summary>What has become of the rows of a file so far.</summary>
sealed record ImportOutcome(int Rows, bool IsDryRun)
{
    /// <summary>What is wrong, in the order of the rows.</summary>
    public IReadOnlyList<KeyImportError> Errors { get; set; } = [];

    /// <summary>The keys that were imported.</summary>
    public List<string> KeyIds { get; } = [];

    /// <summary>How many keys were there already.</summary>
    public int Skipped { get; set; }

    /// <summary>How many requests were answered.</summary>
    public int Batches { get; set; }

    /// <summary>Whether the next request was sent and not confirmed, so that its rows may be in.</summary>
    public bool IsUnknown { get; set; }

    /// <summary>The outcome as <c>--json</c> prints it.</summary>
    public JsonElement ToJson()
    {
        var json = new JsonObject
        {
            ["dry_run"] = IsDryRun,
            ["rows"] = Rows,
            ["imported"] = KeyIds.Count,
            ["skipped"] = Skipped,
            ["complete"] = !IsDryRun && KeyIds.Count + Skipped == Rows,
            ["key_ids"] = new JsonArray([.. KeyIds.Select(id => (JsonNode)id)]),
            ["errors"] = new JsonArray([.. Errors.Select(error => new JsonObject
            {
                ["row"] = error.Place,
                ["field"] = error.Field,
                ["message"] = error.Message,
            })]),
        };
        using var document = JsonDocument.Parse(json.ToJsonString());
        return document.RootElement.Clone();
    }
}
