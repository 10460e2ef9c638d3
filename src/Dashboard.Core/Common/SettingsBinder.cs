using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Common;

/// <summary>Reads options types from the configuration and rejects unknown settings. Errors name the setting and the reason.</summary>
public static class SettingsBinder
{
    const string FileSuffix = "_FILE";
    const int MaxFileLength = 64 * 1024;

    static readonly char[] Separators = [',', ' ', '\t', '\r', '\n'];

    /// <summary>Reads an options type. A setting that is missing or empty keeps its default.</summary>
    /// <exception cref="SettingException">A value is not valid.</exception>
    public static T Read<T>(IConfiguration configuration)
        where T : class, new() => (T)Read(typeof(T), SectionOf(typeof(T)).Section, configuration);

    /// <summary>Rejects every setting in a section of the options types of these assemblies that none of the types has. The own value of a
    /// section and all other sections are ignored.</summary>
    /// <exception cref="SettingException">There is such a setting.</exception>
    public static void RefuseUnknown(IConfiguration configuration, params IEnumerable<Assembly> assemblies)
    {
        foreach (var types in OptionsOf(assemblies).GroupBy(type => SectionOf(type).Section, StringComparer.OrdinalIgnoreCase))
        {
            RefuseUnknown(
                types.Key.Length == 0 ? configuration : configuration.GetSection(types.Key),
                types.Key,
                [.. types.SelectMany(PropertiesOf)],
                types.Any(type => SectionOf(type).IsShared));
        }
    }

    /// <summary>Returns the keys of all settings of the options types of these assemblies.</summary>
    public static IEnumerable<string> KeysOf(params IEnumerable<Assembly> assemblies) =>
        OptionsOf(assemblies).SelectMany(type => KeysOf(type, SectionOf(type).Section));

    static IEnumerable<Type> OptionsOf(IEnumerable<Assembly> assemblies) => assemblies.SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.IsDefined(typeof(SettingsSectionAttribute), inherit: false));

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
            return ReadList(key, text, configuration);
        }

        return string.IsNullOrEmpty(text) ? null
            : type == typeof(string) ? text
            : type == typeof(bool) ? ParseBoolean(text, key)
            : type == typeof(int) ? ParseNumber(text, key, property.GetCustomAttribute<RangeAttribute>()!)
            : type == typeof(TimeSpan) ? ParseTime(text, key, property.GetCustomAttribute<RangeAttribute>()!)
            : ParseOther(type, text, key);
    }

    static List<string>? ReadList(string key, string? text, IConfiguration configuration)
    {
        List<string> items =
        [
            .. configuration.GetSection(key).GetChildren().Select(child => child.Value?.Trim() ?? ""),
            .. (text ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries),
        ];
        return items.Count > 0 ? items : null;
    }

    static string? ReadSecret(string key, IConfiguration configuration)
    {
        if (configuration[key + FileSuffix] is not { Length: > 0 } file)
        {
            return configuration[key];
        }

        if (!string.IsNullOrEmpty(configuration[key]))
        {
            throw new SettingException(key, $"is set together with {key}{FileSuffix}; set only one of them");
        }

        return ReadFile(key + FileSuffix, file);
    }

    static string ReadFile(string key, string file)
    {
        try
        {
            if (new FileInfo(file).Length > MaxFileLength)
            {
                throw new SettingException(key, $"names {file}, which is larger than {MaxFileLength / 1024} KB");
            }

            var text = File.ReadAllText(file).TrimEnd('\r', '\n');
            return text.Length > 0 ? text : throw new SettingException(key, $"names {file}, which is empty");
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingException(key, $"names {file}, which cannot be read: {exception.Message.TrimEnd('.')}");
        }
    }

    static bool ParseBoolean(string text, string key) =>
        bool.TryParse(text, out var value) ? value : throw new SettingException(key, $"is \"{text}\"; it must be true or false");

    static int ParseNumber(string text, string key, RangeAttribute range) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= (int)range.Minimum && number <= (int)range.Maximum
            ? number
            : throw new SettingException(key, $"is \"{text}\"; it must be a whole number from {range.Minimum} to {range.Maximum}");

    static TimeSpan ParseTime(string text, string key, RangeAttribute range)
    {
        var time = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span) ? span : TimeSpan.MinValue;
        var (min, max) = (TimeSpan.FromSeconds((int)range.Minimum), TimeSpan.FromSeconds((int)range.Maximum));
        return time >= min && time <= max && time.Ticks % TimeSpan.TicksPerSecond == 0
            ? time
            : throw new SettingException(
                key,
                $"is \"{text}\"; it must be a whole number of seconds from {range.Minimum} to {range.Maximum}, or a duration in the format hh:mm:ss");
    }

    /// <summary>Parses a type that parses itself. The message of its <see cref="FormatException"/> is the reason.</summary>
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
            if (known.FirstOrDefault(property => Is(child.Key, NameOf(property))) is { } property)
            {
                RefuseUnknownBelow(child, section, property, known);
            }
            else if (known.Any(secret => secret.IsDefined(typeof(SecretAttribute)) && Is(child.Key, NameOf(secret) + FileSuffix)))
            {
                RefuseAny(child.GetChildren(), section, known);
            }
            else if (!isShared)
            {
                RefuseAny([child], section, known);
            }
        }

        static bool Is(string key, string name) => key.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    static void RefuseUnknownBelow(IConfigurationSection setting, string section, PropertyInfo property, IReadOnlyList<PropertyInfo> known)
    {
        if (IsGroup(property.PropertyType))
        {
            RefuseUnknown(setting, KeyOf(section, property), [.. PropertiesOf(property.PropertyType)], isShared: false);
        }
        else if (IsList(property.PropertyType))
        {
            RefuseAny(setting.GetChildren().Where(item => !item.Key.All(char.IsAsciiDigit) || item.GetChildren().Any()), section, known);
        }
        else if (property.PropertyType != typeof(IConfigurationSection))
        {
            RefuseAny(setting.GetChildren(), section, known);
        }
    }

    static void RefuseAny(IEnumerable<IConfigurationSection> settings, string section, IEnumerable<PropertyInfo> known)
    {
        if (settings.FirstOrDefault() is not { } setting)
        {
            return;
        }

        while (setting.Value is null && setting.GetChildren().FirstOrDefault() is { } deeper)
        {
            setting = deeper;
        }

        var names = string.Join(", ", known.Select(NameOf).Order(StringComparer.OrdinalIgnoreCase));
        throw new SettingException(
            setting.Path, "is not a setting of this version of Latchkey"
                + (section.Length == 0 ? "" : $"; the settings in {section} are {names}"));
    }

    static SettingsSectionAttribute SectionOf(Type type) => type.GetCustomAttribute<SettingsSectionAttribute>()!;

    static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.CanWrite);

    static string NameOf(PropertyInfo property) => property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name;

    static string KeyOf(string section, PropertyInfo property) => section.Length == 0 ? NameOf(property) : $"{section}:{NameOf(property)}";

    static bool IsList(Type type) => type == typeof(IReadOnlyList<string>);

    /// <summary>Returns whether the type is a group of settings with a name of its own, and not a type that parses itself.</summary>
    static bool IsGroup(Type type) => type.IsClass && type != typeof(string)
        && !type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IParsable<>));
}
