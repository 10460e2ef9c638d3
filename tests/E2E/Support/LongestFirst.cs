using System.Reflection;
using Dashboard.Tests.E2E.Support;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: CollectionBehavior(MaxParallelThreads = LongestFirst.AtOnce)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Dashboard.Tests.E2E.Support;

/// <summary>Starts the collections that take longest first. One that starts last would run on after all others have ended.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <summary>How many collections run at a time: as many as a small machine has cores. More take nearly as long altogether, and some
    /// steps of a browser longer than anyone would wait for.</summary>
    public const int AtOnce = 2;

    static readonly ILookup<string, Type> Classes = typeof(LongestFirst).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false })
        .ToLookup(type => type.GetCustomAttributesData()
            .FirstOrDefault(x => x.AttributeType == typeof(CollectionAttribute))?.ConstructorArguments[0].Value is Type collection
            ? collection.FullName!
            : $"Test collection for {type.FullName}");

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        // xunit queues them all at once on one thread, which takes the last of its queue first, while the other threads take the first.
        var ranked = testCollections.OrderByDescending(Weight).ToList();
        return [.. ranked.Where((_, rank) => rank % 2 == 0), .. ranked.Where((_, rank) => rank % 2 == 1).Reverse()];
    }

    static int Weight<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var name = collection.TestCollectionClassName ?? collection.TestCollectionDisplayName.Split(" (")[0];
        return Classes[name].Sum(Weight);
    }

    /// <summary>A test in a browser takes about as long as eight others. A test with the same steps for several inputs counts once for
    /// each.</summary>
    static int Weight(Type type)
    {
        var takesBrowser = type.GetConstructors().SelectMany(x => x.GetParameters()).Any(x => x.ParameterType == typeof(Browser));
        return type.GetMethods().Sum(Runs) * (takesBrowser ? 8 : 1);
    }

    static int Runs(MethodInfo method)
    {
        var attributes = method.GetCustomAttributesData().Select(x => x.AttributeType).ToList();
        return attributes.Contains(typeof(MemberDataAttribute)) ? 3
            : Math.Max(attributes.Count(x => x == typeof(InlineDataAttribute)), attributes.Contains(typeof(FactAttribute)) ? 1 : 0);
    }
}
