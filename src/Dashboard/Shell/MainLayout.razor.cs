using Dashboard.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Dashboard.Shell;

public sealed partial class MainLayout : LayoutComponentBase
{
    static readonly ShellModel Nothing = new();

    static readonly (string Value, string Text, string Icon)[] themes =
        [("system", "System", Icons.Monitor), ("light", "Light", Icons.Sun), ("dark", "Dark", Icons.Moon)];

    ErrorBoundary? boundary;

    /// <summary>Cascaded from <see cref="ShellProvider"/> above the router.</summary>
    [CascadingParameter] ShellModel? Shell { get; set; }

    [CascadingParameter] ShellActions? Actions { get; set; }

    ShellModel Model => Shell ?? Nothing;

    // The next page may work even if this one failed.
    protected override void OnParametersSet() => boundary?.Recover();
}
