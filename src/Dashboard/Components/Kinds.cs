namespace Dashboard.Components;

/// <summary>How much a button asks for attention. One <see cref="Primary"/> a page.</summary>
public enum ButtonKind
{
    Secondary,
    Primary,
    Ghost,
    Danger,
    DangerQuiet,
}

/// <summary>The dot of a <see cref="State"/>.</summary>
public enum StateKind
{
    Quiet,
    On,
    Off,
    Warning,
    Bad,
    Busy,
}

/// <summary>What closes a dialog apart from its own buttons: any of Escape, the cross and a press beside it, or nothing.</summary>
public enum ClosedBy
{
    Any,
    None,
}

public enum DialogSize
{
    Medium,
    Wide,
}

/// <summary>A value with the words for it, in a <see cref="Select{T}"/> or a <see cref="Segment{T}"/>.</summary>
public sealed record SelectOption<T>(T Value, string Text, bool Disabled = false);

/// <summary>A choice that needs a sentence, in a <see cref="ChoiceList{T}"/>. One that can't be taken says why in place of its
/// sentence.</summary>
public sealed record Choice<T>(T Value, string Name, string? Code = null, string? Text = null, string? DisabledReason = null);
