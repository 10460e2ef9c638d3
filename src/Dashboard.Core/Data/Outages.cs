using System.Data.Common;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dashboard.Core.Data;

/// <summary>Tells a database that does not answer from faults of the product's own.</summary>
public static class Outages
{
    /// <summary>Whether a database that did not answer was the cause, as every provider tells it, and EF Core around them.</summary>
    /// <param name="exception">What was thrown.</param>
    public static bool Caused(Exception exception) =>
        exception is DbException or RetryLimitExceededException or TimeoutException || (exception.InnerException is { } inner && Caused(inner));
}
