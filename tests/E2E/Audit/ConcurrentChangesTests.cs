using Dashboard.Bench.Soak;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.E2E.Audit;

/// <summary>A small run of <c>bench -- changes</c>, with the same code.</summary>
[Collection(typeof(SerialCollection))]
[Trait("database", "every")]
public sealed class ConcurrentChangesTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_at_once_through_two_nodes_are_each_in_log_and_feed_once()
    {
        await using var first = Node(new Product());
        first.Start();
        await using var second = Node(new Product(first.Folder));
        second.Start();
        Actor owner;
        await using (var context = await People.OpenAsync(first))
        {
            var person = await context.Users.SingleAsync(x => x.Email == Product.Email, Token);
            owner = new(PartyType.User, person.Id, person.Name);
        }

        var result = await ConcurrentChanges.RunAsync(
            [first.Services, second.Services], owner, new(Product.Email, Product.Password, false, null, "Mozilla/5.0"),
            changes: 160, chains: 2, writers: 12, Token);

        Assert.Empty(result.Faults);
        Assert.True(result is { Changes: >= 160, Refusals: > 0 }, $"{result}");
    }

    static Product Node(Product product) => product.With("Keys:MaxActivePerProject", "1000").WithoutRateLimits();
}
