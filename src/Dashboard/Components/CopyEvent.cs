using Microsoft.AspNetCore.Components;

namespace Dashboard.Components;

/// <summary>What became of copying, as ui.js tells it: never the text.</summary>
public sealed class CopiedEventArgs : EventArgs
{
    public string Outcome { get; set; } = "";

    /// <summary>False: the browser let nothing be copied; the text is selected, to be copied by hand.</summary>
    public bool Copied => string.Equals(Outcome, "copied", StringComparison.Ordinal);
}

/// <summary>Makes <c>@oncopied</c> and <c>@onactive</c> known to Razor.</summary>
[EventHandler("onactive", typeof(EventArgs), enableStopPropagation: true, enablePreventDefault: false)]
[EventHandler("oncopied", typeof(CopiedEventArgs), enableStopPropagation: true, enablePreventDefault: false)]
public static class EventHandlers;
