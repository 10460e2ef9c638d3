using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Common;

/// <summary>Reads options types from the configuration, and refuses settings that no options type has. An error names the setting and what is wrong with it.</summary>
public static class SettingsBinder
{
    const string FileSuffix = "_FILE";
    const int MaxFileLength = 64 * 1024;

    static readonly char[] Separators = [',', ' ', '\t', '\r', '\n'];

    /// <summary>Reads an options type. What is not set, or set to nothing, keeps its default.</summary>
    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static T Read<T>(IConfiguration configuration)
        where T : class, new() => (T)Read(typeof(T), SectionOf(typeof(T)).Section, configuration);

    /// <summary>Refuses every setting below a section of these assemblies' options types that none of the types has. A section's own value and settings below sections that
    /// no type names are left alone.</summary>
    /// <exception cref="SettingException">There is such a setting.</exception>
    public static void RefuseUnknown(IConfiguration configuration, params IEnumerable<Assembly> assemblies)
    {
        foreach (var types in OptionsOf(assemblies).GroupBy(type => SectionOf(type).Section, StringComparer.OrdinalIgnoreCase))
        {
            RefuseUnknown(types.Key.Length == 0 ? configuration : configuration.GetSection(types.Key), types.Key, [.. types.SelectMany(PropertiesOf)], types.Any(type => SectionOf(type).IsShared));
        }
    }

    /// <summary>The keys of all settings that these assemblies' options types have.</summary>
    public static IEnumerable<string> KeysOf(params IEnumerable<Assembly> assemblies) => OptionsOf(assemblies).SelectMany(type => KeysOf(type, SectionOf(type).Section));

    static IEnumerable<Type> OptionsOf(IEnumerable<Assembly> assemblies) =>
        assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsDefined(typeof(SettingsSectionAttribute), inherit: false));

    static IEnumerable<string> KeysOf(Type type, string section) => PropertiesOf(type).SelectMany(property =>
        IsGroup(property.PropertyType) ? KeysOf(property.PropertyType, KeyOf(section, property)) : [KeyOf(section, property)]);

    static object Read(Type type, string section, IConfiguration configuration)
    {
        var options = Activator.CreateInstance(type)!;
        foreach (var property in PropertiesOf(type))
        {
            if (ReadValue(property, KeyOf(section, property), configuration) is { } value)
            {
                property.SetValue(options, value);
            }
        }

        return options;
    }

    static object? ReadValue(PropertyInfo property, string key, IConfiguration configuration)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(IConfigurationSection))
        {
            return configuration.GetSection(key);
        }

        if (IsGroup(type))
        {
            return Read(type, key, configuration);
        }

        var text = property.IsDefined(typeof(SecretAttribute)) ? ReadSecret(key, configuration) : configuration[key];
        if (IsList(type))
        {
            List<string> items = [.. configuration.GetSection(key).GetChildren().Select(child => child.Value?.Trim() ?? ""), .. (text ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries)];
            return items.Count > 0 ? items : null;
        }

        return string.IsNullOrEmpty(text) ? null
            : type == typeof(string) ? text
            : type == typeof(bool) ? ParseBoolean(text, key)
            : type == typeof(int) ? ParseNumber(text, key, property.GetCustomAttribute<RangeAttribute>()!)
            : type == typeof(TimeSpan) ? ParseTime(text, key, property.GetCustomAttribute<RangeAttribute>()!)
            : ParseOther(type, text, key);
    }

    static string? ReadSecret(string key, IConfiguration configuration)
    {
        if (configuration[key + FileSuffix] is not { Length: > 0 } file)
        {
            return configuration[key];
        }

        if (!string.IsNullOrEmpty(configuration[key]))
        {
            throw new SettingException(key, $"is set, and so is {key}{FileSuffix}; set one of them");
        }

        try
        {
            return new FileInfo(file).Length <= MaxFileLength
                ? File.ReadAllText(file).TrimEnd('\r', '\n') is { Length: > 0 } text ? text : throw new SettingException(key + FileSuffix, $"names {file}, which is empty")
                : throw new SettingException(key + FileSuffix, $"names {file}, which is larger than {MaxFileLength / 1024} KB");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingException(key + FileSuffix, $"names {file}, which cannot be read: {exception.Message.TrimEnd('.')}");
        }
    }

    static bool ParseBoolean(string text, string key) =>
        bool.TryParse(text, out var value) ? value : throw new SettingException(key, $"is \"{text}\"; it has to be true or false");

    static int ParseNumber(string text, string key, RangeAttribute range) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= (int)range.Minimum && number <= (int)range.Maximum
            ? number
            : throw new SettingException(key, $"is \"{text}\"; it has to be a whole number from {range.Minimum} to {range.Maximum}");

    static TimeSpan ParseTime(string text, string key, RangeAttribute range)
    {
        var time = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span) ? span : TimeSpan.MinValue;
        return time >= TimeSpan.FromSeconds((int)range.Minimum) && time <= TimeSpan.FromSeconds((int)range.Maximum) && time.Ticks % TimeSpan.TicksPerSecond == 0
            ? time
            : throw new SettingException(key, $"is \"{text}\"; it has to be whole seconds from {range.Minimum} to {range.Maximum}, or as long written hh:mm:ss");
    }

    /// <summary>A type that parses itself: the message of its <see cref="FormatException"/> is the reason.</summary>
    static object ParseOther(Type type, string text, string key)
    {
        try
        {
            return typeof(SettingsBinder).GetMethod(nameof(Parse), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
                .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [text], CultureInfo.InvariantCulture)!;
        }
        catch (FormatException exception)
        {
            throw new SettingException(key, exception.Message.TrimEnd('.'));
        }
    }

    static T Parse<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);

    static void RefuseUnknown(IConfiguration parent, string section, IReadOnlyList<PropertyInfo> known, bool isShared)
    {
        foreach (var child in parent.GetChildren())
        {
            var property = known.FirstOrDefault(property => NameOf(property).Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            var isFile = property is null && known.Any(property => property.IsDefined(typeof(SecretAttribute)) && child.Key.Equals(NameOf(property) + FileSuffix, StringComparison.OrdinalIgnoreCase));
            if (property is null && !isFile)
            {
                if (isShared)
                {
                    continue;
                }

                throw Unknown(child, section, known);
            }

            var type = property?.PropertyType ?? typeof(string);
            if (IsGroup(type))
            {
                RefuseUnknown(child, KeyOf(section, property!), [.. PropertiesOf(type)], isShared: false);
            }
            else if (type != typeof(IConfigurationSection)
                && child.GetChildren().FirstOrDefault(item => !IsList(type) || !item.Key.All(char.IsAsciiDigit) || item.GetChildren().Any()) is { } deeper)
            {
                throw Unknown(deeper, section, known);
            }
        }
    }

    static SettingException Unknown(IConfigurationSection setting, string section, IEnumerable<PropertyInfo> known)
    {
        while (setting.Value is null && setting.GetChildren().FirstOrDefault() is { } deeper)
        {
            setting = deeper;
        }

        var names = string.Join(", ", known.Select(NameOf).Order(StringComparer.OrdinalIgnoreCase));
        return new(setting.Path, section.Length == 0 ? "is not a setting of this version of Latchkey" : $"is not a setting of this version of Latchkey; below {section} there are {names}");
    }

    static SettingsSectionAttribute SectionOf(Type type) => type.GetCustomAttribute<SettingsSectionAttribute>()!;

    static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.CanWrite);

    static string NameOf(PropertyInfo property) => property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name;

    static string KeyOf(string section, PropertyInfo property) => section.Length == 0 ? NameOf(property) : $"{section}:{NameOf(property)}";

    static bool IsList(Type type) => type == typeof(IReadOnlyList<string>);

    /// <summary>Settings below a name of their own inside a section: a class of ours that does not parse a text.</summary>
    static bool IsGroup(Type type) => type.IsClass && type != typeof(string) && !type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IParsable<>));
}
