using System.Text.Json.Serialization;

namespace Dashboard.Core.Projects;

/// <summary>What a list of resources can be sorted by.</summary>
public enum ResourceSort
{
    /// <summary>When they were registered.</summary>
    [JsonStringEnumMemberName("created_at")]
    CreatedAt,

    /// <summary>Their names, small and capital letters alike.</summary>
    [JsonStringEnumMemberName("name")]
    Name,
}
