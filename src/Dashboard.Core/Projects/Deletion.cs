namespace Dashboard.Core.Projects;

/// <summary>What a deletion did.</summary>
/// <param name="Deleted">What was deleted, as it was.</param>
/// <param name="KeysRevoked">The identifiers of the keys that reached nothing else, and are revoked.</param>
/// <param name="KeysNarrowed">The identifiers of the keys that lost it and keep others.</param>
/// <typeparam name="T">What was deleted.</typeparam>
public sealed record Deletion<T>(T Deleted, IReadOnlyList<string> KeysRevoked, IReadOnlyList<string> KeysNarrowed);
