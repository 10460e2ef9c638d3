using Dashboard.Core.Usage;
using Dashboard.Keys.Details;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Details;

public sealed class AllowListCheckTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    static readonly KeyClientUsage[] clients =
    [
        Seen("203.0.113.0/24", "curl", 1), Seen("203.0.113.0/24", "Go", 2), Seen(KeyClientUsage.Unknown, "Go", 3),
        Seen("2001:db8:40::/48", "Go", 6), Seen("192.0.2.0/24", "Go", 8),
    ];

    [Theory]
    [InlineData(null, "10.0.0.0/8", "203.0.113.0/24 unknown 2001:db8:40::/48")] // a week ago is long ago
    [InlineData(null, "203.0.113.0/24", "unknown 2001:db8:40::/48")]
    [InlineData(null, "203.0.113.7/32 2001:db8::/32", "unknown")] // a part may be all there is
    [InlineData("203.0.113.0/24 10.0.0.0/8", "10.0.0.0/8", "203.0.113.0/24")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8 11.0.0.0/8", "")] // the others are refused already
    [InlineData("203.0.113.0/24", null, "")]
    [InlineData("0.0.0.0/0", "::/0", "203.0.113.0/24")]
    public void Recent_traffic_that_the_new_list_refuses_is_found(string? before, string? after, string found) =>
        Assert.Equal(found, string.Join(
            ' ', AllowListCheck.ShutOut(clients, before?.Split(' '), after?.Split(' '), Now).Select(client => client.Network)));

    static KeyClientUsage Seen(string network, string client, int daysAgo) => new(network, client, Now.AddDays(-30), Now.AddDays(-daysAgo));
}
