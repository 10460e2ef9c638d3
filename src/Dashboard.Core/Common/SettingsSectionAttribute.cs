namespace Dashboard.Core.Common;

/// <summary>Declares that the public properties of an options type are the settings of one configuration section. The initial value of a
/// property is the default. <see cref="System.ComponentModel.DataAnnotations.RangeAttribute"/> limits a number, or a time in seconds. The
/// options types are the only list of settings: <see cref="SettingsBinder"/> reads them and rejects every other setting.</summary>
/// <param name="section">The section, such as <c>Keys</c>; empty for the top level.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SettingsSectionAttribute(string section) : Attribute
{
    /// <summary>The section.</summary>
    public string Section { get; } = section;

    /// <summary>Whether the section also holds settings of other programs, which are ignored.</summary>
    public bool IsShared { get; init; }
}

/// <summary>Marks a setting whose value never appears in an error. A file can hold it: <c>…_FILE</c> beside it names the file.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
