using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.ServiceAccounts;

/// <summary>Client secrets of service accounts, and how lists describe an account's credentials and owner.</summary>
[EveryDatabase]
public sealed class ClientSecretTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Second_secret_is_valid_together_with_the_first()
    {
        await using var world = new TestInstallation();
        var first = await CreateAsync(world, "gateway");
        world.Time.Advance(TimeSpan.FromSeconds(1));
        var second = (await Accounts(world).AddSecretAsync(world.Admin, first.Account.Id, Token)).Value;
        Assert.Equal(first.Account.ClientId, second.Account.ClientId);
        Assert.Equal([second.Row, Assert.Single(first.Account.Secrets)], second.Account.Secrets);
        Assert.Matches("^cs_[A-Za-z0-9]{16}$", second.Row.Id);
        Assert.Equal((second.Secret.Reveal()[..11], first.Secret.Reveal()[..11]), (second.Row.Hint, first.Account.Secrets[0].Hint));
        Assert.Null(second.Row.LastUsedAt);

        await using var context = world.Open();
        var stored = await context.ServiceAccountCredentials.Where(x =>
            x.ClientId == first.Account.ClientId && x.RevokedAt == null).ToListAsync(Token);
        Assert.Equal(
            new[] { first.Secret, second.Secret }.Select(secret => Convert.ToHexString(secret.Hash))
                .Order(), stored.Select(x => Convert.ToHexString(x.SecretHash)).Order());
        var file = world.DumpBytes();
        Assert.DoesNotContain(second.Secret.Reveal(), file, StringComparison.Ordinal);
        Assert.DoesNotContain(second.Secret.Reveal()[7..], $"{second.Secret}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Third_secret_is_refused_until_one_is_removed()
    {
        await using var world = new TestInstallation();
        var id = (await CreateAsync(world, "gateway")).Account.Id;
        var added = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Accounts(world).AddSecretAsync(world.Admin, id, Token)));
        Assert.Single(added, outcome => outcome.Succeeded);
        Assert.All(added.Where(outcome => !outcome.Succeeded), outcome => Assert.Equal(ErrorCode.Conflict, outcome.Error!.Code));
        var old = (await Accounts(world).GetAsync(world.Admin, id, Token)).Value.Secrets[^1].Id;
        Assert.Single((await Accounts(world).RemoveSecretAsync(world.Admin, id, old, Token)).Value.Secrets);
        Assert.True((await Accounts(world).AddSecretAsync(world.Admin, id, Token)).Succeeded);
    }

    [Fact]
    public async Task Last_secret_may_go_and_the_client_id_stays()
    {
        await using var world = new TestInstallation();
        var made = (await CreateAsync(world, "gateway")).Account;
        var (id, client) = (made.Id, made.ClientId);
        var secret = made.Secrets[0].Id;
        var without = (await Accounts(world).RemoveSecretAsync(world.Admin, id, secret, Token)).Value;
        Assert.Empty(without.Secrets);
        Assert.Equal(client, without.ClientId);
        Assert.Equal(ErrorCode.NotFound, (await Accounts(world).RemoveSecretAsync(world.Admin, id, secret, Token)).Error?.Code);
        Assert.Equal(client, (await Accounts(world).AddSecretAsync(world.Admin, id, Token)).Value.Account.ClientId);
    }

    [Fact]
    public async Task Only_admins_and_owners_add_and_remove_secrets()
    {
        await using var world = new TestInstallation();
        var one = (await CreateAsync(world, "one")).Account;
        var other = (await CreateAsync(world, "other")).Account;
        foreach (var (actor, code) in new[] { (world.Developer, ErrorCode.Forbidden), (world.Viewer, ErrorCode.Forbidden), (
            world.Stranger, ErrorCode.NotFound) })
        {
            Assert.Equal(code, (await Accounts(world).AddSecretAsync(actor, one.Id, Token)).Error?.Code);
            Assert.Equal(code, (await Accounts(world).RemoveSecretAsync(actor, one.Id, one.Secrets[0].Id, Token)).Error?.Code);
            Assert.Equal(code, (await Accounts(world).KeysAsync(actor, one.Id, 10, Token)).Error?.Code);
            Assert.Equal(code, (await Accounts(world).CountAsync(actor, new("acme"), Token)).Error?.Code);
        }

        foreach (var secret in new[] { other.Secrets[0].Id, "cs_nothing", "cs_ nothing", "" })
        {
            Assert.Equal(ErrorCode.NotFound, (await Accounts(world).RemoveSecretAsync(world.Admin, one.Id, secret, Token)).Error?.Code);
        }

        Assert.True((await Accounts(world).RemoveSecretAsync(world.Owner, one.Id, one.Secrets[0].Id, Token)).Succeeded);
        Assert.Single((await Accounts(world).GetAsync(world.Admin, other.Id, Token)).Value.Secrets);
    }

    [Fact]
    public async Task Account_reports_that_its_owner_left()
    {
        await using var world = new TestInstallation();
        var id = (await CreateAsync(world, "gateway")).Account.Id;
        Assert.Equal(new(new(PartyType.User, world.Admin.Id, "Adam"), Left: false), Assert.Single(
            (await Accounts(world).GetAsync(world.Owner, id, Token)).Value.Owners));
        world.SetRole("acme", world.Admin, null);
        Assert.Equal(new(new(PartyType.User, world.Admin.Id, "Adam"), Left: true), Assert.Single(
            (await Accounts(world).GetAsync(world.Owner, id, Token)).Value.Owners));
    }

    [Fact]
    public async Task Account_counts_its_keys_and_reports_last_use()
    {
        await using var world = new TestInstallation();
        var issued = await CreateAsync(world, "gateway");
        var id = issued.Account.Id;
        Assert.Equal((1, null), (issued.Account.Keys, issued.Account.LastUsedAt));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var second =
            (await world.Services.Keys.CreateAsync(
                world.Admin, new(TestInstallation.Orders, "second", ServiceAccountId: id), Token)).Value.Key.KeyId;
        var third = (await world.Services.Keys.CreateAsync(
            world.Admin, new(TestInstallation.Orders, "third", ServiceAccountId: id), Token)).Value.Key.KeyId;
        await world.Services.Keys.RevokeAsync(world.Admin, third, Token);
        Assert.Equal(
            [second, issued.Key.Key.KeyId], (await Accounts(world).KeysAsync(world.Admin, id, 10, Token)).Value.Select(key => key.KeyId));
        Assert.Equal(second, Assert.Single((await Accounts(world).KeysAsync(world.Admin, id, 1, Token)).Value).KeyId);

        var used = TestInstallation.Start.AddMinutes(5);
        world.Sql($"UPDATE ApiKeys SET LastUsedAt = {used.ToUnixTimeMilliseconds()}, LastUsedOrder = {used.ToUnixTimeMilliseconds()} WHERE KeyId = '{third}'");
        var row = (await Accounts(world).GetAsync(world.Admin, id, Token)).Value;
        Assert.Equal((2, used), (row.Keys, row.LastUsedAt));
        world.Sql($"UPDATE ServiceAccountCredentials SET LastUsedAt = {used.AddMinutes(1).ToUnixTimeMilliseconds()}");
        Assert.Equal(used.AddMinutes(1), (await Accounts(world).GetAsync(world.Admin, id, Token)).Value.LastUsedAt);
    }

    [Fact]
    public async Task List_is_searched_by_name_and_id_and_filtered_by_state()
    {
        await using var world = new TestInstallation();
        var gateway = (await CreateAsync(world, "The Gateway")).Account;
        var deploy = (await CreateAsync(world, "deploy_100%")).Account;
        await Accounts(world).ChangeAsync(world.Admin, deploy.Id, new(State: ServiceAccountState.Inactive), Token);
        await ExpectAsync(new("acme"), deploy, gateway);
        await ExpectAsync(new("acme", Search: "gate"), gateway);
        await ExpectAsync(new("acme", Search: "0%"), deploy);
        await ExpectAsync(new("acme", Search: "e_g"));
        await ExpectAsync(new("acme", Search: gateway.Id[..12]), gateway);
        await ExpectAsync(new("acme", Search: gateway.ClientId), gateway);
        await ExpectAsync(new("acme", State: ServiceAccountState.Inactive), deploy);
        await ExpectAsync(new("acme", Search: "gate", State: ServiceAccountState.Inactive));
        Assert.Equal(ErrorCode.InvalidRequest,
            (await Accounts(world).ListAsync(world.Admin, new("acme", Search: new('x', 600)), Token)).Error?.Code);
        var cursor = (await Accounts(world).ListAsync(world.Admin, new("acme", Limit: 1), Token)).Value.NextCursor;
        Assert.Equal(ErrorCode.InvalidRequest,
            (await Accounts(world).ListAsync(world.Admin, new("acme", cursor, Search: "gate"), Token)).Error?.Code);

        async Task ExpectAsync(ServiceAccountQuery query, params ServiceAccountSummary[] found)
        {
            var page = (await Accounts(world).ListAsync(world.Admin, query, Token)).Value;
            Assert.Equal(
                found.Select(row => row.Id).Order(StringComparer.Ordinal), page.Items.Select(row => row.Id).Order(StringComparer.Ordinal));
            Assert.Equal(found.Length, (await Accounts(world).CountAsync(world.Admin, query, Token)).Value);
        }
    }

    static ServiceAccountService Accounts(TestInstallation world) => world.Services.Get<ServiceAccountService>();

    static async Task<IssuedServiceAccount> CreateAsync(TestInstallation world, string name) =>
        (await Accounts(world).CreateAsync(world.Admin, new(name), Token)).Value;
}
