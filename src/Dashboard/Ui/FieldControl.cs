namespace Dashboard.Ui;

/// <summary>What a control in a <see cref="Field"/> carries: its <c>id</c>, <c>aria-describedby</c> and <c>aria-invalid</c>.</summary>
public readonly record struct FieldControl(string Id, string? DescribedBy, string? Invalid);
