using Bunit;
using Dashboard.Core.Accounts;
using Dashboard.Profile;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Profile;

public sealed class SessionsCardTests : PageTest
{
    [Fact]
    public void Only_session_offers_no_end()
    {
        var card = Show(hasMore: false, Session("a", "Firefox on Linux", current: true));
        Assert.Empty(card.AllByRole("button"));
        Assert.Contains("This one", card.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Older sessions", card.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_sessions_end_one_by_one_or_together_and_those_not_listed_too()
    {
        List<string> ended = [];
        var card = Show(
            hasMore: true, ended, Session("a", "Firefox on Linux", current: true), Session("b", "Safari on iPhone"), Session("c", null));
        Assert.Contains("Older sessions are not listed. End all others to end them too.", card.Markup, StringComparison.Ordinal);
        await card.ByRole("button", "End Unknown device, signed in 2 h ago").ClickAsync(new());
        await card.ByRole("button", "End Safari on iPhone, signed in 2 h ago").ClickAsync(new());
        await card.ByRole("button", "End all others").ClickAsync(new());
        Assert.Equal(["c", "b", "others"], ended);
    }

    IRenderedComponent<PageHost> Show(bool hasMore, params SessionSummary[] sessions) => Show(hasMore, [], sessions);

    IRenderedComponent<PageHost> Show(bool hasMore, List<string> ended, params SessionSummary[] sessions) => RenderPage<SessionsCard>(p => p
        .Add(x => x.Sessions, sessions).Add(x => x.HasMore, hasMore).Add(x => x.Now, Clock.GetUtcNow())
        .Add(x => x.OnEnd, session => ended.Add(session.Id)).Add(x => x.OnEndOthers, () => ended.Add("others")));

    SessionSummary Session(string id, string? device, bool current = false) =>
        new(id, device, "203.0.113.7", Clock.GetUtcNow().AddHours(-2), Clock.GetUtcNow(), Clock.GetUtcNow().AddHours(10), current);
}
