using System.Globalization;
using Dashboard.Core.Keys;

namespace Dashboard.Keys;

/// <summary>Reads the limits of a key as people enter them.</summary>
static class KeyLimitInput
{
    static readonly char[] separators = ['\r', '\n', ',', ';', ' ', '\t'];

    /// <summary>Reads a number of requests a minute; nothing for no limit.</summary>
    public static (int? Limit, string? Error) RateLimit(string text)
    {
        var digits = text.Trim().Replace(",", "", StringComparison.Ordinal);
        return digits.Length == 0 ? (null, null)
            : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                && limit is >= 1 and <= KeyLimits.MaxRequestsPerMinute ? (limit, null)
            : (null, string.Create(
                CultureInfo.InvariantCulture, $"Use a whole number from 1 to {KeyLimits.MaxRequestsPerMinute:N0}, or leave it empty."));
    }

    /// <summary>Reads addresses and networks, one a line; nothing for any address.</summary>
    public static (IReadOnlyList<string>? Networks, string? Error) AllowList(string text)
    {
        var networks = text.Split(separators, StringSplitOptions.RemoveEmptyEntries);
        return networks.Length == 0 ? (null, null)
            : AddressList.TryParse(networks, out var list, out var fault) ? (list.Networks, null)
            : (null, fault);
    }

    /// <summary>A note is one line: it is shown among other facts.</summary>
    public static string Note(string text) =>
        string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
