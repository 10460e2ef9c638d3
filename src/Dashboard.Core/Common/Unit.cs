namespace Dashboard.Core.Common;

/// <summary>The value of an operation that returns nothing.</summary>
public readonly record struct Unit;
