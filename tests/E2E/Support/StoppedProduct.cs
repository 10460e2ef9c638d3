using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A product whose time of day moves only when a test moves it, and whose projects hold many keys.</summary>
public sealed class StoppedProduct : IAsyncDisposable
{
    public StoppedProduct() => Product = new Product().With("Keys:MaxActivePerProject", "130").With(Clock);

    public StoppedClock Clock { get; } = new();

    public Product Product { get; }

    public ValueTask DisposeAsync() => Product.DisposeAsync();
}

/// <summary>Tests on one <see cref="StoppedProduct"/>, one after the other.</summary>
[CollectionDefinition]
public sealed class StoppedCollection : ICollectionFixture<StoppedProduct>;
