namespace Dashboard.Api;

/// <summary>Marks a type that stands in the API's description for one of several answers.</summary>
/// <param name="types">The answers.</param>
[AttributeUsage(AttributeTargets.Class)]
sealed class OneOfAttribute(params Type[] types) : Attribute
{
    public Type[] Types { get; } = types;
}
