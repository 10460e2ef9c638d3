namespace Dashboard.Core.Import;

/// <summary>A key that was issued elsewhere, known by its hash.</summary>
/// <param name="Hash">The SHA-256 of the whole key in UTF-8: 64 hex digits, or base64 (RFC 4648 section 4 or 5, padded or not).</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Permissions">The permissions; null for all of the catalog, or of the service account.</param>
/// <param name="Resources">The resources that the key is limited to, as <c>kind:id</c>; null for all of the project.</param>
/// <param name="ExpiresAt">When the key expires, in the future; null for never.</param>
/// <param name="LastUsedAt">When the key was last used; null if that is not known.</param>
/// <param name="Prefix">The beginning of the key that lists show, at most <see cref="MaxPrefixLength"/> characters; null for the beginning
/// of the hash.</param>
/// <param name="Note">Where the key is stored, at most 500 characters; null for none.</param>
public sealed record ImportedKey(
    string Hash,
    string Name,
    KeyEnvironment Environment = KeyEnvironment.Live,
    IReadOnlyList<string>? Permissions = null,
    IReadOnlyList<string>? Resources = null,
    DateTimeOffset? ExpiresAt = null,
    DateTimeOffset? LastUsedAt = null,
    string? Prefix = null,
    string? Note = null)
{
    /// <summary>The maximum length of <see cref="Prefix"/>: more of a key says too much of its secret.</summary>
    public const int MaxPrefixLength = 20;
}

/// <summary>Keys to import into a project, all of them or none.</summary>
/// <param name="Project"><c>organization/project</c>; null if the caller has only one.</param>
/// <param name="Keys">1 to <see cref="KeyImportService.MaxRows"/> keys.</param>
/// <param name="ServiceAccountId">The service account that will own the keys; null for the caller.</param>
/// <param name="IsDryRun">Whether only to report what is wrong.</param>
public sealed record KeyImport(string? Project, IReadOnlyList<ImportedKey> Keys, string? ServiceAccountId = null, bool IsDryRun = false)
{
    /// <summary>The maximum of <see cref="Before"/>.</summary>
    public const int MaxBefore = 100_000_000;

    /// <summary>How many keys earlier parts of the same dry run would have added: they count toward the limit. 0 for an import.</summary>
    public int Before { get; init; }

    /// <summary>Whether to leave out keys that the project has already, so that an import that was cut off can be repeated. A key of
    /// another project is an error all the same.</summary>
    public bool SkipsExisting { get; init; }

    /// <summary>Whether an operator runs it on the console in the actor's name. The audit log says so, and the limit of changes does not
    /// apply.</summary>
    public bool IsFromConsole { get; init; }
}

/// <summary>What an import did.</summary>
/// <param name="KeyIds">The identifiers of the keys in the order of the rows; none for a dry run.</param>
/// <param name="Skipped">The rows, counted from 0, whose keys the project had already. Each row that is not listed was imported.</param>
public sealed record KeyImportResult(IReadOnlyList<string> KeyIds, IReadOnlyList<int> Skipped);
