using System.Globalization;

namespace Dashboard.Components;

/// <summary>Ids that tie labels, hints and menus to their elements: unique in the process, so in every page.</summary>
static class UiId
{
    static long last;

    public static string Next(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{Interlocked.Increment(ref last)}");
}
