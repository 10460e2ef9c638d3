namespace Dashboard.Core.Common;

/// <summary>A setting that Latchkey cannot start with. The message is one sentence that names the setting.</summary>
/// <param name="key">The setting's key.</param>
/// <param name="fault">What is wrong: the rest of a sentence that begins with the key, without the final period.</param>
public sealed class SettingException(string key, string fault) : Exception($"{key} {fault}.")
{
    /// <summary>The setting's key.</summary>
    public string Key { get; } = key;
}
