using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Dashboard.Ui;

/// <summary>An <c>input</c> or <c>textarea</c> bound to a text. In code, since Razor wants to know the event's name while it compiles.</summary>
public sealed class TextInput : ComponentBase
{
    ElementReference element;

    [Parameter] public bool Multiline { get; set; }

    [Parameter] public bool Immediate { get; set; }

    [Parameter] public string? Value { get; set; }

    [Parameter] public EventCallback<string> ValueChanged { get; set; }

    [Parameter(CaptureUnmatchedValues = true)] public IReadOnlyDictionary<string, object>? More { get; set; }

    public ValueTask FocusAsync() => element.FocusAsync();

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, Multiline ? "textarea" : "input");
        builder.AddMultipleAttributes(1, More);
        builder.AddAttribute(2, "value", Value);
        builder.AddAttribute(3, Immediate ? "oninput" : "onchange", EventCallback.Factory.CreateBinder<string?>(this, SetAsync, Value));
        builder.SetUpdatesAttributeName("value");
        builder.AddElementReferenceCapture(4, captured => element = captured);
        builder.CloseElement();
    }

    Task SetAsync(string? value) => ValueChanged.InvokeAsync(value ?? "");
}
