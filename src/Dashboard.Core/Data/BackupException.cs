namespace Dashboard.Core.Data;

/// <summary>Why a backup cannot be written or restored. The message is for the operator, and nothing was changed.</summary>
public sealed class BackupException(string message) : Exception(message);
