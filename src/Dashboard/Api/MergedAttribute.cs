namespace Dashboard.Api;

/// <summary>Marks a type that stands for several types in the OpenAPI document, as one object: a member that not all of them have is
/// optional. Members of the type itself replace those of the same name. Generators of clients handle one object better than a choice of
/// several.</summary>
/// <param name="types">The types that are written.</param>
[AttributeUsage(AttributeTargets.Class)]
sealed class MergedAttribute(params Type[] types) : Attribute
{
    public Type[] Types { get; } = types;
}
