namespace Dashboard.Core.Common;

/// <summary>Makes the public properties of an options type the settings below one section of the configuration. A property's initial value is the setting's default,
/// <see cref="System.ComponentModel.DataAnnotations.RangeAttribute"/> bounds a number, or a time in seconds. The options types are all that knows which settings exist:
/// <see cref="SettingsBinder"/> reads them and refuses what none of them has.</summary>
/// <param name="section">The section, such as <c>Keys</c>; empty for settings that are in none.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SettingsSectionAttribute(string section) : Attribute
{
    /// <summary>The section.</summary>
    public string Section { get; } = section;

    /// <summary>Whether other programs keep settings of their own in the section, which are none of our business.</summary>
    public bool IsShared { get; init; }
}

/// <summary>A setting whose value is never repeated in an error, and which a file may hold: <c>…_FILE</c> beside it names the file.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
