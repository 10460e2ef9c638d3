namespace Dashboard.Api;

/// <summary>A member that a body may leave out, told apart from one that it sets to null.</summary>
/// <typeparam name="T">The member's type. Null is a value of it only where it is a nullable value type.</typeparam>
readonly struct Optional<T>
{
    readonly T value;

    public Optional(T value) => (this.value, IsSet) = (value, true);

    /// <summary>Whether the body has the member.</summary>
    public bool IsSet { get; }

    /// <summary>What it says, or <paramref name="otherwise"/> where it is left out.</summary>
    public TOut Map<TOut>(Func<T, TOut> map, TOut otherwise) => IsSet ? map(value) : otherwise;
}
