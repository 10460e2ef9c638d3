using System.Reflection;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Architecture;

/// <summary>A class with an installation says whether it runs on every database or why on SQLite alone: none is left out by
/// accident.</summary>
public sealed class DatabaseTraitsTests
{
    static readonly Calls Made = new(typeof(DatabaseTraitsTests).Assembly);

    [Fact]
    public void Class_with_an_installation_names_its_databases()
    {
        var creators = Made.Methods.Where(method => Made.Of(method).Any(called =>
                called.DeclaringType == typeof(TestInstallation)
                    && (called is ConstructorInfo || called.Name == nameof(TestInstallation.Empty))))
            .Select(method => Outermost(method.DeclaringType!)).Where(type => type != typeof(TestInstallation)).Distinct();
        Assert.Empty(creators.Where(type => type.Name.EndsWith("Tests", StringComparison.Ordinal)
            && !type.IsDefined(typeof(EveryDatabaseAttribute)) && !type.IsDefined(typeof(SqliteOnlyAttribute)))
                .Select(type => type.FullName));
    }

    static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
