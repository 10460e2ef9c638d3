using Dashboard.Core.Keys;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class IdempotencyTests : IAsyncDisposable
{
    static readonly NewKey Requested = new(TestInstallation.Orders, "Backend", Permissions: ["read", "write"], IdempotencyKey: "11f0-1");

    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Repeat_creates_nothing_and_names_the_existing_key()
    {
        var key = (await CreateAsync(Requested)).Value.Key.KeyId;
        var before = world.Dump();
        var fault = (await CreateAsync(Requested with { Name = " Backend ", Permissions = ["write", "read"] })).Error!;
        Assert.Equal((ErrorCode.AlreadyCreated, key), (fault.Code, fault.CreatedId));
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Repeat_with_defaults_from_a_service_account_is_recognized()
    {
        var account = (await world.Services.Get<ServiceAccountService>()
            .CreateAsync(world.Admin, new("ci", Permissions: ["read"]), Token)).Value.Account.Id;
        var asked = new NewKey(TestInstallation.Orders, "Deploy", ServiceAccountId: account, IdempotencyKey: "11f0-2");
        var key = (await world.Services.Keys.CreateAsync(world.Admin, asked, Token)).Value.Key;
        Assert.Equal(["read"], key.Permissions);
        var fault = (await world.Services.Keys.CreateAsync(world.Admin, asked, Token)).Error!;
        Assert.Equal((ErrorCode.AlreadyCreated, key.KeyId), (fault.Code, fault.CreatedId));
    }

    [Fact]
    public async Task Repeat_for_a_service_account_names_it_and_its_key()
    {
        var accounts = world.Services.Get<ServiceAccountService>();
        var request = new NewServiceAccount("ci", "Deploys.", ["read", "write"], IdempotencyKey: "11f0-3");
        var made = (await accounts.CreateAsync(world.Admin, request, Token)).Value;
        var before = world.Dump();
        var fault = (
            await accounts.CreateAsync(world.Admin, request with { Name = " ci ", Permissions = ["write", "read"] }, Token)).Error!;
        Assert.Equal((ErrorCode.AlreadyCreated, made.Account.Id, made.Key.Key.KeyId), (fault.Code, fault.CreatedOwnerId, fault.CreatedId));
        foreach (var other in new[]
        {
            request with { Name = "cd" }, request with { Description = "Deploys" }, request with { Environment = KeyEnvironment.Test },
            request with { Projects = ProjectChoice.All }, request with { Permissions = ["read"] },
        })
        {
            Assert.Equal(ErrorCode.Conflict, (await accounts.CreateAsync(world.Admin, other, Token)).Error?.Code);
        }

        Assert.Equal(
            ErrorCode.InvalidRequest, (await accounts.CreateAsync(world.Admin, request with { IdempotencyKey = "" }, Token)).Error?.Code);
        Assert.Equal(before, world.Dump());
        Assert.True((await accounts.CreateAsync(world.Owner, request, Token)).Succeeded); // another person's request
    }

    [Fact]
    public async Task Concurrent_requests_on_two_nodes_create_one_key()
    {
        var other = world.Run();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(i => Task.Run(() => (i % 2 == 0 ? world.Services : other).Keys.CreateAsync(world.Developer, Requested, Token), Token)));
        var made = Assert.Single(outcomes, outcome => outcome.Succeeded).Value.Key.KeyId;
        Assert.All(outcomes.Where(outcome => !outcome.Succeeded), outcome =>
            Assert.Equal((ErrorCode.AlreadyCreated, made), (outcome.Error!.Code, outcome.Error.CreatedId)));
        await using var context = world.Open();
        Assert.Equal(1, await context.Keys.CountAsync(Token));
    }

    [Fact]
    public async Task Repeat_in_a_full_project_names_the_key_and_not_the_limit()
    {
        await using var node = world.Run(("Keys:MaxActivePerProject", "1"));
        var key = (await node.Keys.CreateAsync(world.Developer, Requested, Token)).Value.Key.KeyId;
        Assert.Equal(key, (await node.Keys.CreateAsync(world.Developer, Requested, Token)).Error!.CreatedId);
    }

    public static TheoryData<NewKey> Others { get; } =
    [
        Requested with { Name = "Other" }, Requested with { Environment = KeyEnvironment.Test },
        Requested with { Permissions = ["read"] }, Requested with { Permissions = null },
        Requested with { ExpiresAt = TestInstallation.Start.AddDays(1) }, Requested with { Resources = ["workflow:intake"] },
        Requested with { Project = "acme/ledger" },
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Same_idempotency_key_for_another_request_is_a_conflict(NewKey other)
    {
        world.AddProject("acme", "ledger");
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        await CreateAsync(Requested);
        Assert.Equal(ErrorCode.Conflict, (await CreateAsync(other)).Error!.Code);
    }

    [Fact]
    public async Task Same_idempotency_key_of_another_person_is_another()
    {
        await CreateAsync(Requested);
        Assert.True((await world.Services.Keys.CreateAsync(world.Admin, Requested, Token)).Succeeded);
    }

    [Fact]
    public async Task Refused_request_is_not_remembered()
    {
        Assert.Equal(ErrorCode.InvalidRequest, (await CreateAsync(Requested with { Resources = ["workflow:missing"] })).Error!.Code);
        Assert.True((await CreateAsync(Requested)).Succeeded);
    }

    [Fact]
    public async Task Same_request_creates_a_key_after_24_hours()
    {
        await CreateAsync(Requested);
        world.Time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(ErrorCode.AlreadyCreated, (await CreateAsync(Requested)).Error!.Code);
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await CreateAsync(Requested)).Succeeded);
    }

    [Fact]
    public async Task Expired_records_are_deleted_a_few_at_a_time()
    {
        for (var i = 0; i < 30; i++)
        {
            world.Add(new IdempotencyRecord
            {
                ActorId = "somebody",
                IdempotencyKeyHash = [.. Enumerable.Repeat((byte)i, 32)],
                RequestHash = new byte[32],
                KeyId = "x",
                CreatedAt = TestInstallation.Start,
            });
        }

        world.Time.Advance(TimeSpan.FromDays(2));
        await CreateAsync(Requested);
        Assert.Equal(11, await CountAsync());
        await CreateAsync(Requested with { IdempotencyKey = "11f0-2" });
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Request_without_an_idempotency_key_leaves_no_record()
    {
        await CreateAsync(Requested with { IdempotencyKey = null });
        Assert.Equal(0, await CountAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\u007f")]
    [InlineData("a\n")]
    public async Task Idempotency_key_is_visible_ascii(string key) =>
        Assert.Equal("idempotency_key", Assert.Single((await CreateAsync(Requested with { IdempotencyKey = key })).Error!.Errors!).Key);

    [Theory]
    [InlineData(1, true)]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task Idempotency_key_has_up_to_255_characters(int length, bool taken) =>
        Assert.Equal(taken, (await CreateAsync(Requested with { IdempotencyKey = new('~', length) })).Succeeded);

    Task<Result<IssuedKey>> CreateAsync(NewKey asked) => world.Services.Keys.CreateAsync(world.Developer, asked, Token);

    async Task<int> CountAsync()
    {
        await using var context = world.Open();
        return await context.IdempotencyRecords.CountAsync(Token);
    }
}
