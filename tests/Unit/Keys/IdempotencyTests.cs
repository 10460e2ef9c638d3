using Dashboard.Core;
using Dashboard.Core.Keys;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

public sealed class IdempotencyTests : IAsyncDisposable
{
    static readonly NewKey Asked = new(World.Orders, "Backend", Permissions: ["read", "write"], IdempotencyKey: "11f0-1");

    readonly World world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Repeat_makes_nothing_and_names_the_key_that_was_made()
    {
        var key = (await CreateAsync(Asked)).Value.Key.KeyId;
        var before = world.Dump();
        var fault = (await CreateAsync(Asked with { Name = " Backend ", Permissions = ["write", "read"] })).Fault!;
        Assert.Equal((FaultCode.AlreadyCreated, key), (fault.Code, fault.CreatedId));
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Repeat_for_a_service_account_whose_permissions_filled_in_what_was_left_out_is_one()
    {
        var account = (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Admin, new("ci", Permissions: ["read"]), Token)).Value.Account.Id;
        var asked = new NewKey(World.Orders, "Deploy", ServiceAccountId: account, IdempotencyKey: "11f0-2");
        var key = (await world.Services.Keys.CreateAsync(world.Admin, asked, Token)).Value.Key;
        Assert.Equal(["read"], key.Permissions);
        var fault = (await world.Services.Keys.CreateAsync(world.Admin, asked, Token)).Fault!;
        Assert.Equal((FaultCode.AlreadyCreated, key.KeyId), (fault.Code, fault.CreatedId));
    }

    [Fact]
    public async Task Of_two_at_once_on_two_nodes_one_makes_the_key_and_the_others_name_it()
    {
        var other = world.Run();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(i => Task.Run(() => (i % 2 == 0 ? world.Services : other).Keys.CreateAsync(world.Developer, Asked, Token), Token)));
        var made = Assert.Single(outcomes, outcome => outcome.Succeeded).Value.Key.KeyId;
        Assert.All(outcomes.Where(outcome => !outcome.Succeeded), outcome => Assert.Equal((FaultCode.AlreadyCreated, made), (outcome.Fault!.Code, outcome.Fault.CreatedId)));
        await using var context = world.Open();
        Assert.Equal(1, await context.Keys.CountAsync(Token));
    }

    [Fact]
    public async Task Repeat_in_a_project_that_is_full_by_then_names_the_key_and_not_the_limit()
    {
        await using var node = world.Run(("Keys:MaxActivePerProject", "1"));
        var key = (await node.Keys.CreateAsync(world.Developer, Asked, Token)).Value.Key.KeyId;
        Assert.Equal(key, (await node.Keys.CreateAsync(world.Developer, Asked, Token)).Fault!.CreatedId);
    }

    public static TheoryData<NewKey> Others { get; } =
    [
        Asked with { Name = "Other" }, Asked with { Environment = KeyEnvironment.Test }, Asked with { Permissions = ["read"] }, Asked with { Permissions = null },
        Asked with { ExpiresAt = World.Start.AddDays(1) }, Asked with { Resources = ["workflow:intake"] }, Asked with { Project = "acme/ledger" },
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Same_idempotency_key_for_another_request_is_a_conflict(NewKey other)
    {
        world.AddProject("acme", "ledger");
        world.AddResource(World.Orders, "workflow", "intake");
        await CreateAsync(Asked);
        Assert.Equal(FaultCode.Conflict, (await CreateAsync(other)).Fault!.Code);
    }

    [Fact]
    public async Task Same_idempotency_key_of_another_person_is_another()
    {
        await CreateAsync(Asked);
        Assert.True((await world.Services.Keys.CreateAsync(world.Admin, Asked, Token)).Succeeded);
    }

    [Fact]
    public async Task Refused_request_is_not_remembered()
    {
        Assert.Equal(FaultCode.InvalidRequest, (await CreateAsync(Asked with { Resources = ["workflow:missing"] })).Fault!.Code);
        Assert.True((await CreateAsync(Asked)).Succeeded);
    }

    [Fact]
    public async Task Day_later_the_same_request_makes_a_key_and_a_moment_before_it_does_not()
    {
        await CreateAsync(Asked);
        world.Time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(FaultCode.AlreadyCreated, (await CreateAsync(Asked)).Fault!.Code);
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await CreateAsync(Asked)).Succeeded);
    }

    [Fact]
    public async Task Past_records_go_a_few_with_each_new_one()
    {
        for (var i = 0; i < 30; i++)
        {
            world.Add(new IdempotencyRecord
            {
                ActorId = "somebody",
                IdempotencyKeyHash = [.. Enumerable.Repeat((byte)i, 32)],
                RequestHash = new byte[32],
                KeyId = "x",
                CreatedAt = World.Start,
            });
        }

        world.Time.Advance(TimeSpan.FromDays(2));
        await CreateAsync(Asked);
        Assert.Equal(11, await CountAsync());
        await CreateAsync(Asked with { IdempotencyKey = "11f0-2" });
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Request_without_an_idempotency_key_leaves_no_record()
    {
        await CreateAsync(Asked with { IdempotencyKey = null });
        Assert.Equal(0, await CountAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\u007f")]
    [InlineData("a\n")]
    public async Task Idempotency_key_is_visible_ascii(string key) =>
        Assert.Equal("idempotency_key", Assert.Single((await CreateAsync(Asked with { IdempotencyKey = key })).Fault!.Errors!).Key);

    [Theory]
    [InlineData(1, true)]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task Idempotency_key_has_up_to_255_characters(int length, bool taken) =>
        Assert.Equal(taken, (await CreateAsync(Asked with { IdempotencyKey = new('~', length) })).Succeeded);

    Task<Outcome<IssuedKey>> CreateAsync(NewKey asked) => world.Services.Keys.CreateAsync(world.Developer, asked, Token);

    async Task<int> CountAsync()
    {
        await using var context = world.Open();
        return await context.IdempotencyRecords.CountAsync(Token);
    }
}
