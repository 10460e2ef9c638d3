using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Usage;

public sealed class AllowListSuggestionTests
{
    static readonly DateTimeOffset Now = TestInstallation.Start;

    [Fact]
    public void Known_networks_of_90_days_are_suggested_once_and_the_last_seen_first()
    {
        KeyClientUsage[] clients =
        [
            Seen("10.0.0.0/24", "curl", Now.AddDays(-5)),
            Seen("unknown", "curl", Now),
            Seen("2001:db8:1::/48", "go", Now.AddDays(-1)),
            Seen("10.0.0.0/24", "go", Now.AddDays(-3)),
            Seen("10.0.1.0/24", "unknown", Now.AddDays(-90)),
            Seen("10.0.2.0/24", "go", Now.AddDays(-90).AddMinutes(-1)),
        ];
        Assert.Equal(["2001:db8:1::/48", "10.0.0.0/24", "10.0.1.0/24"], AllowListSuggestion.Of(clients, Now));
    }

    [Fact]
    public void Key_without_traffic_has_no_suggestion() => Assert.Empty(AllowListSuggestion.Of([], Now));

    [Fact]
    public void Suggestion_is_always_a_valid_list()
    {
        var clients = Enumerable.Range(0, 80).Select(i => Seen($"10.0.{i}.0/24", "curl", Now.AddMinutes(-i)));
        Assert.True(AddressList.TryParse(AllowListSuggestion.Of(clients, Now), out var list, out _));
        Assert.Equal((50, "10.0.0.0/24"), (list.Networks.Count, list.Networks[0]));
    }

    static KeyClientUsage Seen(string network, string client, DateTimeOffset last) => new(network, client, Now.AddYears(-1), last);
}
