namespace Dashboard.Api;

/// <summary>A member that a body may omit, as distinct from one that it sets to null.</summary>
/// <typeparam name="T">The type of the member. Null is allowed only for nullable value types.</typeparam>
readonly struct Optional<T>
{
    readonly T value;

    public Optional(T value) => (this.value, IsSet) = (value, true);

    /// <summary>Whether the body has the member.</summary>
    public bool IsSet { get; }

    /// <summary>Maps the value, or returns <paramref name="otherwise"/> if the member is omitted.</summary>
    public TOut Map<TOut>(Func<T, TOut> map, TOut otherwise) => IsSet ? map(value) : otherwise;
}
