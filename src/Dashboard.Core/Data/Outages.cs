using System.Data.Common;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dashboard.Core.Data;

/// <summary>Distinguishes an unavailable database from other failures.</summary>
public static class Outages
{
    /// <summary>Returns whether an unavailable database caused the exception, according to any provider or EF Core.</summary>
    /// <param name="exception">The exception that was thrown.</param>
    public static bool Caused(Exception exception) =>
        exception is DbException or RetryLimitExceededException or TimeoutException || (exception.InnerException is { } inner && Caused(inner));
}
