using Microsoft.AspNetCore.Components;

namespace Dashboard.Components;

/// <summary>A question that is answered by yes or no.</summary>
/// <param name="Title">The question: "Revoke this key?"</param>
/// <param name="Verb">What yes does, on its button: "Revoke key".</param>
/// <param name="Body">What it means, and whether it can be undone.</param>
public sealed record Confirmation(string Title, string Verb, RenderFragment Body)
{
    public Confirmation(string title, string verb, string body)
        : this(title, verb, builder =>
        {
            builder.OpenElement(0, "p");
            builder.AddContent(1, body);
            builder.CloseElement();
        })
    {
    }

    /// <summary>It destroys: a red button, and the focus on Cancel.</summary>
    public bool Danger { get; init; } = true;

    /// <summary>What has to be typed first, for what was used in the last hour or goes in numbers.</summary>
    public string? TypedText { get; init; }

    /// <summary>What the typing is called, before the text to type: "Type the key’s name to confirm".</summary>
    public string TypedLabel { get; init; } = "Type the name to confirm";
}
