namespace Dashboard.Api;

/// <summary>Marks a type that represents one of several types in the OpenAPI document.</summary>
/// <param name="types">The alternatives.</param>
[AttributeUsage(AttributeTargets.Class)]
sealed class OneOfAttribute(params Type[] types) : Attribute
{
    public Type[] Types { get; } = types;
}
