namespace Dashboard.Core.Projects;

/// <summary>The result of a deletion.</summary>
/// <param name="Deleted">What was deleted, as it was before.</param>
/// <param name="KeysRevoked">The identifiers of the keys that had access to nothing else and are now revoked.</param>
/// <param name="KeysNarrowed">The identifiers of the keys that lost access to it and keep other resources.</param>
/// <typeparam name="T">The type of what was deleted.</typeparam>
public sealed record Deletion<T>(T Deleted, IReadOnlyList<string> KeysRevoked, IReadOnlyList<string> KeysNarrowed);
