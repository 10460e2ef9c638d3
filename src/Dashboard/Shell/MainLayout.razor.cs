using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Dashboard.Shell;

public sealed partial class MainLayout : LayoutComponentBase
{
    static readonly ShellModel Nothing = new();

    ErrorBoundary? boundary;

    /// <summary>Cascaded from <see cref="ShellProvider"/> above the router.</summary>
    [CascadingParameter] ShellModel? Shell { get; set; }

    [CascadingParameter] ShellActions? Actions { get; set; }

    ShellModel Model => Shell ?? Nothing;

    /// <summary>Without one, as on the page that answers an unknown address, menus would not open: names stand in for them.</summary>
    bool HasCircuit => AssignedRenderMode is not null;

    // Another page may work where this one did not.
    protected override void OnParametersSet() => boundary?.Recover();
}
