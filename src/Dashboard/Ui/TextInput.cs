using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Dashboard.Ui;

/// <summary>An <c>input</c> or <c>textarea</c> bound to a text. In code, since Razor wants to know the event's name while it compiles.
/// It keeps what was typed: after an event a component is drawn once before its parent has handed the new value down, and a text that
/// is older than the one in the browser would overwrite letters that are being typed.</summary>
public sealed class TextInput : ComponentBase
{
    ElementReference element;
    string? given;
    string? text;

    [Parameter] public bool Multiline { get; set; }

    [Parameter] public bool Immediate { get; set; }

    [Parameter] public string? Value { get; set; }

    [Parameter] public EventCallback<string> ValueChanged { get; set; }

    [Parameter(CaptureUnmatchedValues = true)] public IReadOnlyDictionary<string, object>? More { get; set; }

    public ValueTask FocusAsync() => element.FocusAsync();

    protected override void OnParametersSet()
    {
        if (!string.Equals(Value, given, StringComparison.Ordinal))
        {
            (given, text) = (Value, Value);
        }
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, Multiline ? "textarea" : "input");
        builder.AddMultipleAttributes(1, More);
        builder.AddAttribute(2, "value", text);
        builder.AddAttribute(3, Immediate ? "oninput" : "onchange", EventCallback.Factory.CreateBinder<string?>(this, SetAsync, text));
        builder.SetUpdatesAttributeName("value");
        builder.AddElementReferenceCapture(4, captured => element = captured);
        builder.CloseElement();
    }

    Task SetAsync(string? value)
    {
        text = value ?? "";
        return ValueChanged.InvokeAsync(text);
    }
}
