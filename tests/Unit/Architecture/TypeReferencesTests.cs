using Xunit;

namespace Dashboard.Tests.Unit.Architecture;

public sealed class TypeReferencesTests
{
    static readonly IReadOnlyCollection<TypeReference> Own = TypeReferences.Of(typeof(TypeReferencesTests).Assembly);

    [Theory]
    [InlineData(nameof(UsesByBase))]
    [InlineData(nameof(UsesByField))]
    [InlineData(nameof(UsesByParameter))]
    [InlineData(nameof(UsesByArgument))]
    [InlineData(nameof(UsesByAttribute))]
    [InlineData(nameof(UsesByCall))]
    [InlineData(nameof(UsesInLambda))]
    [InlineData(nameof(UsesAfterAwait))]
    [InlineData(nameof(UsesByConstraint<PlantedAttribute>))]
    public void Use_of_any_form_is_seen(string user)
    {
        Assert.Contains(Own, reference =>
            reference.From.Name.StartsWith(user, StringComparison.Ordinal) && reference.To.Name == nameof(PlantedAttribute));
    }

    [Fact]
    public void Type_that_uses_nothing_is_not_said_to()
    {
        Assert.DoesNotContain(
            Own, reference => reference.From.Name == nameof(UsesNothing) && reference.To.Name == nameof(PlantedAttribute));
    }

    [Fact]
    public void Use_across_assemblies_names_the_other_assembly()
    {
        Assert.Contains(Own, reference => reference.From.Name == nameof(TypeReferencesTests)
            && reference.To == new TypeId("xunit.v3.core", "Xunit", nameof(FactAttribute)));
    }
}

[AttributeUsage(AttributeTargets.All)]
class PlantedAttribute : Attribute
{
    public static int Make() => 0;
}

sealed class UsesByBase : PlantedAttribute;

sealed class UsesByField
{
    public PlantedAttribute? Field { get; init; }
}

sealed class UsesByParameter
{
    public static bool Is(PlantedAttribute? planted) => planted is not null;
}

sealed class UsesByArgument
{
    public static int Count() => new List<PlantedAttribute[]>().Count;
}

[Planted]
sealed class UsesByAttribute;

sealed class UsesByCall
{
    public static int Run() => PlantedAttribute.Make();
}

sealed class UsesInLambda
{
    public static Func<int> Run() => () => PlantedAttribute.Make();
}

sealed class UsesAfterAwait
{
    public static async Task<int> RunAsync()
    {
        await Task.Yield();
        return PlantedAttribute.Make();
    }
}

sealed class UsesByConstraint<T>
    where T : PlantedAttribute
{
    public static T? None => null;
}

sealed class UsesNothing;
