using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Dashboard.Core.Common;

/// <summary>The names that enumerations have in JSON, addresses, keys and the database: each member declares its own by
/// <see cref="JsonStringEnumMemberNameAttribute"/>. Names compare byte for byte: <c>Live</c> is not <c>live</c>.</summary>
public static class WireNames
{
    /// <summary>The name of a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public static string ToWireName<T>(this T value)
        where T : struct, Enum =>
        Of<T>.ByValue.TryGetValue(value, out var name) ? name : throw new ArgumentOutOfRangeException(nameof(value), value, $"There is no such {typeof(T).Name}.");

    /// <summary>Reads a name. False for any other text.</summary>
    public static bool TryParse<T>(ReadOnlySpan<char> name, out T value)
        where T : struct, Enum => Of<T>.ByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out value);

    /// <summary>Reads a name that <see cref="ToWireName{T}"/> returned, such as one in a column of the database.</summary>
    /// <exception cref="FormatException">The text is no name of the enumeration.</exception>
    public static T Parse<T>(string name)
        where T : struct, Enum => TryParse<T>(name, out var value) ? value : throw new FormatException($"{typeof(T).Name} is one of {string.Join(", ", All<T>())}.");

    /// <summary>All names, in the order of the members.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Of<T>.Names;

    static class Of<T>
        where T : struct, Enum
    {
        public static readonly string[] Names = [.. Enum.GetNames<T>().Select(member =>
            typeof(T).GetField(member)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? throw new InvalidOperationException($"{typeof(T).Name}.{member} has no name in JSON."))];

        public static readonly FrozenDictionary<string, T> ByName = Names.Zip(Enum.GetValues<T>()).ToFrozenDictionary(x => x.First, x => x.Second, StringComparer.Ordinal);

        public static readonly FrozenDictionary<T, string> ByValue = ByName.ToFrozenDictionary(x => x.Value, x => x.Key);
    }
}
