using Dashboard.Api;
using Dashboard.Core.Import;
using Dashboard.Core.Keys;

namespace Dashboard.Import;

/// <summary>The request body to import keys.</summary>
sealed record ImportKeysRequest(
    [Field("The keys.", Min = 1, Max = KeyImportService.MaxRows)] IReadOnlyList<ImportKeyRow> Keys,
    [Field("The project, as organization/project. Defaults to the caller's only project.",
        Example = "\"acme/orders\"")] string? Project = null,
    [Field("The service account that will own the keys and limits their permissions. Defaults to the caller.",
        Example = "\"sa_Ab12CdEfGh34IjKl\"")]
    string? ServiceAccountId = null,
    [Field("Only report what is wrong, and change nothing.", Example = "true")] bool DryRun = false,
    [Field("Leave out keys that the project has already, so that an import that was cut off can be repeated.",
        Example = "true")] bool SkipExisting = false,
    [Field(
        "For a dry run in several requests: how many keys those before it would import. They count toward the limit of the project.",
        Example = "500", Min = 0, Max = KeyImport.MaxBefore)]
    int Before = 0)
{
    /// <summary>Converts the body to a command.</summary>
    public KeyImport ToImport() => new(Project, [.. Keys.Select(key => key.ToKey())], ServiceAccountId, DryRun)
    {
        Before = Before,
        SkipsExisting = SkipExisting,
    };
}

/// <summary>A key to import.</summary>
sealed record ImportKeyRow(
    [Field(
        "The SHA-256 of the whole key in UTF-8, in hex or base64. The key itself stays where it is.",
        Example = "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"", Min = 43, Max = 64)]
    string Hash,
    [Field("The display name, 1 to 100 characters.", Example = "\"backend\"", Min = 1, Max = Names.MaxLength)] string Name,
    [Field("The environment of the key. It cannot be changed later.", Example = "\"live\"")]
    KeyEnvironment Environment = KeyEnvironment.Live,
    [Field("Its permissions. Defaults to every permission in the catalog.", Example = "[\"read\", \"execute\"]", Min = 1)]
    IReadOnlyList<string>? Permissions = null,
    [Field(
        "Limits the key to these resources, each as kind:id. Defaults to the whole project.",
        Example = "[\"workflow:order-intake\"]", Min = 1, Max = 1000)]
    IReadOnlyList<string>? Resources = null,
    [Field("When it expires, in the future. Defaults to never.", Example = "\"2027-01-31T00:00:00.000Z\"")]
    DateTimeOffset? ExpiresAt = null,
    [Field("When it was last used, if that is known.", Example = "\"2026-11-29T08:30:00.000Z\"")]
    DateTimeOffset? LastUsedAt = null,
    [Field("The beginning of the key that lists show. Defaults to the beginning of the hash.",
        Example = "\"sk_live_4eC3\"", Min = 1, Max = ImportedKey.MaxPrefixLength)]
    string? Prefix = null,
    [Field("Where the key is stored. Defaults to no note.", Example = "\"GitHub secret DEPLOY_KEY\"", Max = ApiKey.MaxNoteLength)]
    string? Note = null)
{
    public ImportedKey ToKey() => new(Hash, Name, Environment, Permissions, Resources, ExpiresAt, LastUsedAt, Prefix, Note);
}

/// <summary>The answer to an import.</summary>
sealed record ImportKeysAnswer(
    [Field("How many keys were imported.", Example = "1")] int Imported,
    [Field("Their identifiers, in the order of the rows. Empty for a dry run.", Example = "[\"Ab12CdEf\"]")] IReadOnlyList<string> KeyIds,
    [Field("The rows, counted from 0, that were left out because the project has their keys already.",
        Example = "[]")] IReadOnlyList<int> Skipped,
    [Field("Whether it was a dry run.", Example = "false")] bool DryRun);
