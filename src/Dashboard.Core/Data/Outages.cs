using System.Data.Common;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dashboard.Core.Data;

/// <summary>Tells an outage of the database from a fault of the program.</summary>
public static class Outages
{
    /// <summary>Whether the database did not answer, as it is told by every provider and by EF Core around them.</summary>
    /// <param name="exception">What was thrown.</param>
    public static bool IsOutage(this Exception exception) =>
        exception is DbException or RetryLimitExceededException or TimeoutException || (exception.InnerException is { } inner && inner.IsOutage());
}
