namespace Dashboard.Core.Audit;

/// <summary>What the verification of a chain found.</summary>
/// <param name="Chain">The organization's identifier, or 0 for the chain with the sign-ins.</param>
/// <param name="Entries">The number of entries that were verified.</param>
/// <param name="First">The position that verification began at: 1, or the first entry that was not pruned.</param>
/// <param name="Head">The end of the chain; null for an empty chain.</param>
/// <param name="Break">The first position at which an entry was altered, removed or added; null if the chain is intact.</param>
/// <param name="Fault">What is wrong there; null if the chain is intact.</param>
/// <param name="HeadChecks">What became of each recorded head that was compared.</param>
public sealed record AuditVerification(
    long Chain, long Entries, long First, AuditHead? Head, long? Break, AuditFault? Fault, IReadOnlyList<HeadCheck> HeadChecks)
{
    /// <summary>Whether every entry is as it was written, and every recorded head is in the chain.</summary>
    public bool IsIntact => Break is null;
}

/// <summary>What is wrong with a chain.</summary>
public enum AuditFault
{
    /// <summary>An entry was altered, removed, added or moved.</summary>
    Entry,

    /// <summary>The chain is shorter than, or differs from, a head that was recorded: its end was cut off, or an old copy
    /// restored.</summary>
    RecordedHead,
}

/// <summary>A recorded head that was compared.</summary>
public sealed record HeadCheck(AuditHead Head, HeadState State);

/// <summary>How a recorded head compares with its chain.</summary>
public enum HeadState
{
    /// <summary>The chain has the entry.</summary>
    Found,

    /// <summary>The entry has been pruned, so it can no longer be compared.</summary>
    Pruned,

    /// <summary>The chain ends before it, or has another entry there.</summary>
    Missing,
}
