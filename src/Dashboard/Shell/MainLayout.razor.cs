using Dashboard.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Dashboard.Shell;

public sealed partial class MainLayout : LayoutComponentBase
{
    static readonly ShellModel Nothing = new();

    static readonly (string Value, string Text, string Icon)[] themes =
        [("system", "As the system", Icons.Monitor), ("light", "Light", Icons.Sun), ("dark", "Dark", Icons.Moon)];

    ErrorBoundary? boundary;

    /// <summary>Cascaded from above the router by whoever knows the organization and the project.</summary>
    [CascadingParameter] ShellModel? Shell { get; set; }

    [CascadingParameter] ShellActions? Actions { get; set; }

    ShellModel Model => Shell ?? Nothing;

    // Another page may work where this one did not.
    protected override void OnParametersSet() => boundary?.Recover();
}
