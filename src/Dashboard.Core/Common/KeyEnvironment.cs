using System.Text.Json.Serialization;

namespace Dashboard.Core.Common;

/// <summary>What a key is bound to from its minting on, for ever.</summary>
public enum KeyEnvironment
{
    /// <summary>Production; the word <c>live</c>.</summary>
    [JsonStringEnumMemberName("live")]
    Live,

    /// <summary>Sandbox; the word <c>test</c>.</summary>
    [JsonStringEnumMemberName("test")]
    Test,
}
