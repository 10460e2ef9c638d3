namespace Dashboard.Core.Common;

/// <summary>A setting that Latchkey cannot start with. The message is one sentence for the operator that begins with the setting's key.</summary>
/// <param name="key">The setting's key.</param>
/// <param name="fault">What is wrong with it, continuing a sentence that begins with the key, without its full stop.</param>
public sealed class SettingException(string key, string fault) : Exception($"{key} {fault}.")
{
    /// <summary>The setting's key.</summary>
    public string Key { get; } = key;
}
