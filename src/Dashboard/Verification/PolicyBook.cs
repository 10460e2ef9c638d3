using System.Collections.Concurrent;
using Dashboard.Core.Verification;

namespace Dashboard.Verification;

/// <summary>Reads each policy once, and reports those that are wrong. Both are limited, against made-up paths.</summary>
/// <param name="report">Reports what is wrong with a policy.</param>
sealed class PolicyBook(PermissionCatalog catalog, Action<string> report)
{
    /// <summary>The maximum number of cached policies. A proxy uses few.</summary>
    const int MaxPolicies = 1000;

    /// <summary>The maximum number of policies that are reported. An operator has a few.</summary>
    const int MaxFaults = 100;

    readonly ConcurrentDictionary<string, ForwardAuthPolicy?> policies = new(StringComparer.Ordinal);
    int faults;

    /// <summary>Returns the policy of a path, or null if it is none.</summary>
    /// <param name="start">Where the policy begins in the path.</param>
    public ForwardAuthPolicy? Read(string path, int start)
    {
        if (policies.TryGetValue(path, out var known))
        {
            return known;
        }

        var policy = ForwardAuthPolicy.Read(path[start..], catalog);
        if (policies.Count < MaxPolicies && policies.TryAdd(path, policy)
            && policy?.Fault is { } fault && Interlocked.Increment(ref faults) <= MaxFaults)
        {
            report(fault);
        }

        return policy;
    }
}
