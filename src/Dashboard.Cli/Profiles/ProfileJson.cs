using System.Text.Json.Serialization;

namespace Dashboard.Cli.Profiles;

/// <summary>The file of profiles.</summary>
sealed record ProfileList(string? Current, SortedDictionary<string, Profile> Profiles);

/// <summary>A profile in a list.</summary>
sealed record ProfileRow(string Name, string Url, string? Organization, string? Project, bool Current);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition =
        JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProfileList))]
[JsonSerializable(typeof(ProfileRow))]
[JsonSerializable(typeof(TokenSet))]
sealed partial class ProfileJson : JsonSerializerContext;
