using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Tokens;

/// <summary>Authorizations as members and admins see them, and the last use of client secrets.</summary>
[EveryDatabase]
public sealed class AuthorizationServiceTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    AuthorizationService Authorizations => world.Services.Get<AuthorizationService>();

    [Fact]
    public async Task Members_list_own_authorizations_and_admins_their_organizations()
    {
        world.AddMember("globex", world.Developer, OrganizationRole.Developer);
        await world.Services.CommandLineAsync(world.Developer);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.Services.ConsentAsync(world.Viewer);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.Services.CommandLineAsync(world.Developer, "globex");

        Assert.Equal(["globex", "acme"], (await ListAsync(world.Developer)).Select(x => x.Organization));
        Assert.Equal(["Viktor", "Dora"], (await ListAsync(world.Admin, "acme")).Select(x => x.Owner.Name));
        Assert.Equal([false, true], (await ListAsync(world.Admin, "acme")).Select(x => x.IsVerified));
        Assert.Equal(["globex"], (await ListAsync(world.Stranger, "globex")).Select(x => x.Organization));
        Assert.Empty(await ListAsync(world.Admin));

        var first = (await Authorizations.ListAsync(world.Owner, new("acme", Limit: 1), Token)).Value;
        var second = (await Authorizations.ListAsync(world.Owner, new("acme", first.NextCursor, 1), Token)).Value;
        Assert.Equal(("Viktor", "Dora", null), (first.Items.Single().Owner.Name, second.Items.Single().Owner.Name, second.NextCursor));
        Assert.Equal(
            ErrorCode.InvalidRequest, (await Authorizations.ListAsync(world.Owner, new(null, first.NextCursor, 1), Token)).Error?.Code);
        var foreign = (await ListAsync(world.Developer)).Single(x => x.Organization == "globex").Id;
        Assert.Equal(ErrorCode.NotFound, (await Authorizations.DisconnectAsync(world.Owner, foreign, Token)).Error?.Code);

        world.SetRole("globex", world.Developer, null);
        Assert.Equal(["acme"], (await ListAsync(world.Developer)).Select(x => x.Organization));
    }

    [Fact]
    public async Task Client_secret_records_its_last_use_to_the_minute()
    {
        var accounts = world.Services.Get<ServiceAccountService>();
        var account = await world.AccountAsync();
        var second = (await accounts.AddSecretAsync(world.Owner, account.Id, Token)).Value.Secret.Reveal();
        Assert.Null((await accounts.GetAsync(world.Owner, account.Id, Token)).Value.LastUsedAt);

        await world.AccountTokenAsync((account.Id, account.ClientId, second));
        Assert.Equal([TestInstallation.Start], await UsesAsync());
        world.Time.Advance(TimeSpan.FromSeconds(59));
        await world.AccountTokenAsync((account.Id, account.ClientId, second));
        Assert.Equal([TestInstallation.Start], await UsesAsync());
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await world.AccountTokenAsync((account.Id, account.ClientId, second));
        Assert.Equal([TestInstallation.Start + TimeSpan.FromMinutes(1)], await UsesAsync());
        Assert.Equal(
            TestInstallation.Start + TimeSpan.FromMinutes(1), (await accounts.GetAsync(world.Owner, account.Id, Token)).Value.LastUsedAt);

        world.Time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull((await world.Services.IssueAsync(
            ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret),
            ("scope", "nonsense"))).Error);
        Assert.Equal([TestInstallation.Start + TimeSpan.FromMinutes(1)], await UsesAsync()); // no token was issued for the first

        async Task<IEnumerable<DateTimeOffset>> UsesAsync()
        {
            await world.Services.Get<TokenIssueLog>().FlushAsync(Token);
            return (await accounts.GetAsync(world.Owner, account.Id, Token)).Value.Secrets.Select(x => x.LastUsedAt)
                .OfType<DateTimeOffset>();
        }
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    async Task<IReadOnlyList<AuthorizationSummary>> ListAsync(Actor actor, string? organization = null) =>
        (await Authorizations.ListAsync(actor, new(organization), Token)).Value.Items;
}
