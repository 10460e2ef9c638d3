using System.Collections.Concurrent;
using System.Reflection;
using Dashboard.Tests.E2E.Support;
using Xunit;
using Xunit.v3;

[assembly: FaultsOfVisits]

namespace Dashboard.Tests.E2E.Support;

/// <summary>Tells what visits found when they ended, after the test itself: thrown as a visit ends, it would take the place of what the test failed with.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class FaultsOfVisitsAttribute : BeforeAfterTestAttribute
{
    static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> ByTest = new(StringComparer.Ordinal);

    /// <summary>The test that runs fails with these when it has ended.</summary>
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
