using Dashboard.Core.Keys.Listing;
using Dashboard.Keys;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

public sealed class KeyOrderTests
{
    public static TheoryData<KeySort, bool> Orders => new(
        from sort in Enum.GetValues<KeySort>()
        from down in new[] { false, true }
        select (sort, down));

    [Theory]
    [MemberData(nameof(Orders))]
    public void Order_round_trips_through_the_URL(KeySort sort, bool descending) =>
        Assert.Equal(new KeyOrder(sort, descending), KeyOrder.Parse(new KeyOrder(sort, descending).ToWireName()));

    [Fact]
    public void Each_order_has_words_of_its_own() =>
        Assert.Equal(Orders.Count, Orders.Select(row => new KeyOrder(row.Data.Item1, row.Data.Item2))
            .DistinctBy(order => order.InWords()).DistinctBy(order => order.ToWireName()).Count());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("owner")]
    [InlineData("--name")]
    [InlineData("Name")]
    public void Anything_else_is_the_newest_first(string? word) =>
        Assert.Equal(new KeyOrder(KeySort.CreatedAt, true), KeyOrder.Parse(word));
}
