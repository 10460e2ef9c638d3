namespace Dashboard.Components;

/// <summary>What a control in a <see cref="Field"/> carries: its <c>id</c>, <c>aria-describedby</c> and <c>aria-invalid</c>.</summary>
public readonly record struct FieldControl(string Id, string? DescribedBy, string? Invalid)
{
    /// <summary>The id of its label, for what is no form control and so cannot be labelled by <c>for</c>.</summary>
    public string LabelId => $"{Id}-label";

    /// <summary>The attributes of a MudBlazor input: what the field says of it, and whatever else its element carries.</summary>
    /// <param name="more">Wins over what the field says.</param>
    /// <param name="own">Left out where the value is null.</param>
    internal Dictionary<string, object?> Attributes(
        IReadOnlyDictionary<string, object>? more, params ReadOnlySpan<(string Name, object? Value)> own)
    {
        var attributes = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in own)
        {
            Set(name, value);
        }

        Set("aria-describedby", DescribedBy);
        Set("aria-invalid", Invalid);
        foreach (var (name, value) in more ?? new Dictionary<string, object>(StringComparer.Ordinal))
        {
            attributes[name] = value;
        }

        return attributes;

        void Set(string name, object? value)
        {
            if (value is not null)
            {
                attributes[name] = value;
            }
        }
    }
}
