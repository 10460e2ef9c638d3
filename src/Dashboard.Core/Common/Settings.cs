using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Common;

/// <summary>A setting that Latchkey cannot start with. The message is one sentence that names the setting.</summary>
/// <param name="key">The setting's key.</param>
/// <param name="fault">What is wrong: the rest of a sentence that begins with the key, without the final period.</param>
public sealed class SettingException(string key, string fault) : Exception($"{key} {fault}.")
{
    /// <summary>The setting's key.</summary>
    public string Key { get; } = key;
}

/// <summary>Reads and validates individual settings.</summary>
public static class Settings
{
    /// <summary>Reads a whole number, or null if the setting is missing or empty.</summary>
    /// <exception cref="SettingException">The value is not a whole number in the range.</exception>
    public static int? OptionalInteger(IConfiguration configuration, string key, int least, int most) => configuration[key] switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        var text => throw new SettingException(key, $"is \"{text}\"; it must be a whole number from {least} to {most}"),
    };

    /// <summary>Reads a Boolean, or <paramref name="otherwise"/> if the setting is missing or empty.</summary>
    /// <exception cref="SettingException">The value is neither <c>true</c> nor <c>false</c>.</exception>
    public static bool Boolean(IConfiguration configuration, string key, bool otherwise) => configuration[key] switch
    {
        null or "" => otherwise,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw new SettingException(key, $"is \"{text}\"; it must be true or false"),
    };
}
