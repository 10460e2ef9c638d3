namespace Dashboard.Core.Changes;

/// <summary>A writer got no turn in time: too many wait, or another process holds the database. Nothing was changed.</summary>
public sealed class WritersBusyException(Exception? inner = null)
    : TimeoutException("No turn to write came in time: too many writers wait, or another process holds the database.", inner);
