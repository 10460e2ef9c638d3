using Dashboard.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Dashboard.Tests.Unit.Support;

/// <summary>A page and, before it, what MudBlazor draws overlays into: without that, they are nowhere, and no error says so.</summary>
public sealed class PageHost : ComponentBase
{
    [Parameter] public RenderFragment? ChildContent { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<Providers>(0);
        builder.CloseComponent();
        builder.AddContent(1, ChildContent);
    }
}
