using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Common;

/// <summary>A setting that the product cannot start with. The message is one sentence for the operator and names the setting's key.</summary>
/// <param name="key">The setting's key.</param>
/// <param name="fault">What is wrong with it, continuing a sentence that begins with the key, without its full stop.</param>
public sealed class SettingException(string key, string fault) : Exception($"{key} {fault}.")
{
    /// <summary>The setting's key.</summary>
    public string Key { get; } = key;
}

/// <summary>Reads single settings and says what is wrong with them.</summary>
public static class Settings
{
    /// <summary>Reads a whole number, or null where none is set.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="key">The setting's key.</param>
    /// <param name="least">The least that it may be.</param>
    /// <param name="most">The most that it may be.</param>
    /// <exception cref="SettingException">It is no whole number in that range.</exception>
    public static int? OptionalInteger(IConfiguration configuration, string key, int least, int most) => configuration[key] switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        var text => throw new SettingException(key, $"is \"{text}\"; it has to be a whole number from {least} to {most}"),
    };

    /// <summary>Reads a yes or no, or <paramref name="otherwise"/> where none is set.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="key">The setting's key.</param>
    /// <param name="otherwise">What it is when it is not set.</param>
    /// <exception cref="SettingException">It is neither <c>true</c> nor <c>false</c>.</exception>
    public static bool Boolean(IConfiguration configuration, string key, bool otherwise) => configuration[key] switch
    {
        null or "" => otherwise,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw new SettingException(key, $"is \"{text}\"; it has to be true or false"),
    };
}
