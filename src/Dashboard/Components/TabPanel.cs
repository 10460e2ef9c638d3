using Microsoft.AspNetCore.Components;

namespace Dashboard.Components;

/// <summary>One of several <see cref="Tabs"/>. It draws nothing itself: it tells the tabs.</summary>
public sealed class TabPanel : ComponentBase, IDisposable
{
    [CascadingParameter] public Tabs Tabs { get; set; } = null!;

    [Parameter, EditorRequired] public string Text { get; set; } = "";

    [Parameter] public string? Class { get; set; }

    [Parameter, EditorRequired] public RenderFragment? ChildContent { get; set; }

    public void Dispose() => Tabs.Remove(this);

    protected override void OnInitialized() => Tabs.Add(this);
}
