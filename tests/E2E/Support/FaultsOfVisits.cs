using System.Collections.Concurrent;
using System.Reflection;
using Dashboard.Tests.E2E.Support;
using Xunit;
using Xunit.v3;

[assembly: FaultsOfVisits]

namespace Dashboard.Tests.E2E.Support;

/// <summary>Reports the findings of visits after the test has ended. Thrown when a visit is disposed, they would hide the failure of the
/// test.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class FaultsOfVisitsAttribute : BeforeAfterTestAttribute
{
    static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> ByTest = new(StringComparer.Ordinal);

    /// <summary>Makes the current test fail with these findings when it ends.</summary>
    public static void Leave(IEnumerable<string> faults)
    {
        var left = ByTest.GetOrAdd(TestContext.Current.Test!.UniqueID, _ => []);
        foreach (var fault in faults)
        {
            left.Enqueue(fault);
        }
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (ByTest.TryRemove(test.UniqueID, out var left))
        {
            Assert.Fail(string.Join('\n', left));
        }
    }
}
