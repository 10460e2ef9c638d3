namespace Dashboard.Core.Common;

/// <summary>The result of an operation: a value, or the error that prevented it.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct Result<T>
{
    readonly T? value;
    readonly bool commits;

    Result(T? value, Error? error, bool commits)
    {
        this.value = value;
        this.commits = commits;
        Error = error;
    }

    /// <summary>The error, or null if the operation succeeded.</summary>
    public Error? Error { get; }

    /// <summary>Whether the operation succeeded.</summary>
    public bool Succeeded => Error is null;

    /// <summary>Whether a unit of work that ends with this result is committed: always on success, and for an error made by
    /// <see cref="Result.CommitThenFail{T}"/>.</summary>
    public bool Commits => Error is null || commits;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">The operation failed.</exception>
    public T Value => Error is null ? value! : throw new InvalidOperationException($"There is no value: {Error.Code}.");

    /// <summary>A success.</summary>
    public static implicit operator Result<T>(T value) => Of(value);

    /// <summary>A failure.</summary>
    public static implicit operator Result<T>(Error error) => Fail(error, commits: false);

    internal static Result<T> Of(T value) => new(value, null, commits: true);

    internal static Result<T> Fail(Error error, bool commits) => new(default, error, commits);

    /// <summary>The value turned into another, or the same error.</summary>
    /// <param name="map">Turns the value into another.</param>
    /// <typeparam name="TOut">The other value's type.</typeparam>
    public Result<TOut> Map<TOut>(Func<T, TOut> map) => Error is null ? Result<TOut>.Of(map(value!)) : Result<TOut>.Fail(Error, commits);

    /// <summary>The result of an operation on the value, or the same error.</summary>
    /// <param name="bind">The operation.</param>
    /// <typeparam name="TOut">Its value's type.</typeparam>
    public Result<TOut> Bind<TOut>(Func<T, Result<TOut>> bind) => Error is null ? bind(value!) : Result<TOut>.Fail(Error, commits);

    /// <summary>The value turned into another by an asynchronous function, or the same error.</summary>
    /// <param name="map">Turns the value into another.</param>
    /// <typeparam name="TOut">The other value's type.</typeparam>
    public async Task<Result<TOut>> MapAsync<TOut>(Func<T, Task<TOut>> map) =>
        Error is null ? Result<TOut>.Of(await map(value!)) : Result<TOut>.Fail(Error, commits);

    /// <summary>The result of an asynchronous operation on the value, or the same error.</summary>
    /// <param name="bind">The operation.</param>
    /// <typeparam name="TOut">Its value's type.</typeparam>
    public async Task<Result<TOut>> BindAsync<TOut>(Func<T, Task<Result<TOut>>> bind) =>
        Error is null ? await bind(value!) : Result<TOut>.Fail(Error, commits);
}

/// <summary>Makes results that no conversion makes.</summary>
public static class Result
{
    /// <summary>A success whose value is known by an interface, from which C# converts by no operator.</summary>
    /// <param name="value">The value.</param>
    /// <typeparam name="T">Its type.</typeparam>
    public static Result<T> Of<T>(T value) => Result<T>.Of(value);

    /// <summary>A failure whose unit of work is committed, for example because it revokes what was stolen.</summary>
    /// <param name="error">The error that the caller gets.</param>
    /// <typeparam name="T">The type of the value that there is not.</typeparam>
    public static Result<T> CommitThenFail<T>(Error error) => Result<T>.Fail(error, commits: true);
}
