using Dashboard.Bench.Soak;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>Changed token requests, compared with another implementation. <c>bench</c> has more of them, with the same code.</summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    const ulong Seed = 20_261_129;
    const int Combinations = 60;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changed_token_requests_are_answered_as_OpenIddict_does_or_the_reason_is_listed()
    {
        await using var product = new Product().WithoutRateLimits().With("RateLimits:UserCodeGuessesPerMinute", "1000000")
            .With("Limits:TokensPerMinute", "0").With("OAuth:AuthorizationCodeLifetime", "600").With("OAuth:DeviceCodeInterval", "60");
        product.Start();
        var owner = await product.AddMemberAsync("approver@example.com", People.Organization, OrganizationRole.Owner);
        var ours = new LatchkeyTokenServer(product.Services, product.Url, owner, People.Organization);
        var clients = await ours.AddClientsAsync(Token);
        await using var oracle = await OracleTokenServer.StartAsync(clients, Token);
        using var differential = new Differential(ours, oracle, Disagreements.All);

        var result = await differential.RunAsync(clients, isFull: false, Seed, Combinations, Token);

        output.WriteLine($"{result.Requests} requests, {result.Granted} granted, {result.Disagreements} answered differently");
        Assert.True(result.Unexplained.Count == 0, string.Join('\n', result.Unexplained));
        Assert.True(result.Unseen.Count == 0, "Listed, but did not occur:\n" + string.Join('\n', result.Unseen));
        Assert.InRange(result.Requests, 400, 700);
        Assert.InRange(result.Granted, 80, result.Requests / 2);
    }
}
