using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Dashboard.Components;

/// <summary>One of <see cref="Icons"/>, drawn in the colour of its text. It says nothing to a screen reader: the words beside it
/// do.</summary>
public sealed class Icon : ComponentBase
{
    [Parameter, EditorRequired] public string Shape { get; set; } = "";

    [Parameter] public int Size { get; set; } = 16;

    [Parameter] public string? Class { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "svg");
        builder.AddAttribute(1, "width", Size);
        builder.AddAttribute(2, "height", Size);
        builder.AddAttribute(3, "viewBox", "0 0 24 24");
        builder.AddAttribute(4, "fill", "none");
        builder.AddAttribute(5, "stroke", "currentColor");
        builder.AddAttribute(6, "stroke-width", "2");
        builder.AddAttribute(7, "stroke-linecap", "round");
        builder.AddAttribute(8, "stroke-linejoin", "round");
        builder.AddAttribute(9, "aria-hidden", "true");
        builder.AddAttribute(10, "class", Class);
        builder.OpenElement(11, "path");
        builder.AddAttribute(12, "d", Shape);
        builder.CloseElement();
        builder.CloseElement();
    }
}
