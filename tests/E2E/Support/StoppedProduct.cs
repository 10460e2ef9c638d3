using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A product whose time of day moves only when a test moves it, and whose projects hold many keys.</summary>
public sealed class StoppedProduct : IAsyncDisposable
{
    public StoppedProduct() => Product = new Product().With("Keys:MaxActivePerProject", "130").With(Clock);

    public StoppedClock Clock { get; } = new();

    public Product Product { get; }

    /// <summary>Makes the last proof of presence of a person an old one, in all of their sessions.</summary>
    public async Task AgeAsync(string email)
    {
        await using var context = await People.OpenAsync(Product);
        var old = Clock.GetUtcNow().AddDays(-2);
        await context.Sessions.Where(x => context.Users.Any(person => person.Id == x.UserId && person.Email == email))
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.ConfirmedAt, old), TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => Product.DisposeAsync();
}

/// <summary>Tests on one <see cref="StoppedProduct"/>, one after the other.</summary>
[CollectionDefinition]
public sealed class StoppedCollection : ICollectionFixture<StoppedProduct>;
