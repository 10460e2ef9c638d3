using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;

namespace Dashboard.Components;

/// <summary>MudSnackbarElement, which runs the clock and holds it while the pointer is over it, drawn by us: MudBlazor's own drawing is
/// animated by a style element, and the policy refuses those.</summary>
public sealed class SnackbarItem : MudSnackbarElement
{
    [Parameter, EditorRequired] public RenderFragment? ChildContent { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder __builder)
    {
        __builder.OpenElement(0, "div");
        __builder.AddAttribute(1, "class", "toast");
        __builder.AddAttribute(2, "onpointerenter", EventCallback.Factory.Create<PointerEventArgs>(this, InteractionStartHandler));
        __builder.AddAttribute(3, "onpointerleave", EventCallback.Factory.Create<PointerEventArgs>(this, InteractionEndHandler));
        __builder.AddAttribute(4, "onfocusin", EventCallback.Factory.Create<FocusEventArgs>(this, InteractionStartHandler));
        __builder.AddAttribute(5, "onfocusout", EventCallback.Factory.Create<FocusEventArgs>(this, InteractionEndHandler));
        __builder.AddContent(6, ChildContent);
        __builder.CloseElement();
    }
}
