using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Shared;

/// <summary>What all list pages have in their address, as it stands there. Anyone can write an address, so what is not valid counts as
/// omitted.</summary>
public readonly record struct ListAddress(string? Search, string? After, string? Number, string? Size)
{
    /// <summary>The query parameter that says that a secret was removed from the address.</summary>
    public const string Removed = "removed";

    const int MaxAfter = 4000;
    const int MaxNumber = 1_000_000;

    /// <summary>Whether it contains a text that must not stand in an address.</summary>
    public bool HoldsSecret => !SearchText.MayStandInAddress(Search);

    /// <summary>Adds what the address says to the filters of a list.</summary>
    public TState Apply<TState>(TState filters)
        where TState : ListPageState
    {
        var search = Search?.Trim() ?? "";
        var after = After is { Length: <= MaxAfter }
            && After.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? After.Trim('.') : "";
        return filters with
        {
            Search = HoldsSecret || search.Length > Page.MaxSearchLength || search.Any(char.IsControl) ? "" : search,
            After = after,
            Number = after.Length == 0 ? 1 : Parse(Number) is >= 2 and <= MaxNumber and var number
                ? number : after.Count(c => c == '.') + 2,
            Size = Parse(Size) is var size && ListPageState.Sizes.Contains(size) ? size : ListPageState.DefaultSize,
        };
    }

    static int Parse(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>A page that shows a list.</summary>
public abstract class ListPage : ComponentBase
{
    [SupplyParameterFromQuery(Name = "search")] public string? SearchInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "after")] public string? AfterInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "page")] public string? NumberInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "size")] public string? SizeInAddress { get; set; }

    /// <summary>Set once a secret was removed from the address.</summary>
    [SupplyParameterFromQuery(Name = ListAddress.Removed)] public string? RemovedInAddress { get; set; }

    /// <summary>What all list pages have in their address.</summary>
    protected ListAddress Address => new(SearchInAddress, AfterInAddress, NumberInAddress, SizeInAddress);

    /// <summary>Reads a switch from the address, where <c>True</c> is found too.</summary>
    protected static bool IsOn(string? text) => string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);
}
