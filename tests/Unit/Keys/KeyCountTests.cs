using Dashboard.Core.Keys;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

/// <summary>The number of active keys is kept in the project's row, and must be what a count of the keys gives.</summary>
[EveryDatabase]
public sealed class KeyCountTests : IAsyncDisposable
{
    const int Max = 6;

    static readonly string[] Projects = [TestInstallation.Orders, "acme/sales"];

    readonly TestInstallation world = new(("Keys:MaxActivePerProject", $"{Max}"));

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Number_is_that_of_the_keys_after_any_changes(ulong seed)
    {
        world.AddProject("acme", "sales");
        var (random, made) = (new Xorshift(seed), new Made());
        for (var step = 0; step < 120; step++)
        {
            var what = await ChangeAsync(random, made, step);
            foreach (var project in Projects)
            {
                await CompareAsync(project, $"{what}, step {step} of seed {seed}");
            }
        }

        Assert.Equal(0, await world.Services.Get<KeyCountService>().CheckAsync(Token));
        var deleted = await world.Services.Projects.DeleteAsync(world.Admin, new("acme", "sales"), Token);
        Assert.True(deleted.Succeeded);
        await using var context = world.Open();
        Assert.Equal(0, await context.Projects.Where(x => x.Slug == "sales").Select(x => x.ActiveKeys).SingleAsync(Token));
    }

    [Fact]
    public async Task Wrong_number_is_repaired_once_and_reported()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Worker"), Token);
        var check = world.Services.Get<KeyCountService>();
        Assert.Equal(0, await check.CheckAsync(Token));

        world.Sql("UPDATE Projects SET ActiveKeys = 5 WHERE Slug = 'orders'");
        Assert.Equal(1, await check.CheckAsync(Token));
        await CompareAsync(TestInstallation.Orders, "a wrong number");
        await using (var context = world.Open())
        {
            await context.Keys.Where(x => x.KeyId == key).ExecuteUpdateAsync(set => set.SetProperty(x => x.Counted, false), Token);
        }

        world.Sql("UPDATE Projects SET ActiveKeys = 1 WHERE Slug = 'orders'");
        Assert.Equal(1, await check.CheckAsync(Token));
        await CompareAsync(TestInstallation.Orders, "a key that was forgotten");
        Assert.Equal(0, await check.CheckAsync(Token));
    }

    [Fact]
    public async Task Expired_keys_are_released_by_the_check_without_a_report()
    {
        await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Backend", ExpiresAt: world.Time.GetUtcNow().AddHours(1)), Token);
        world.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, await ReadAsync());
        Assert.Equal(0, await world.Services.Get<KeyCountService>().CheckAsync(Token));
        Assert.Equal(0, await ReadAsync());

        async Task<int> ReadAsync()
        {
            await using var context = world.Open();
            return await context.Projects.Where(x => x.Slug == "orders").Select(x => x.ActiveKeys).SingleAsync(Token);
        }
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    async Task CompareAsync(string path, string after)
    {
        var (id, now) = (world.ProjectId(path), world.Time.GetUtcNow());
        await using var context = world.Open();
        var keys = await context.Keys.AsNoTracking().Where(key => key.ProjectId == id).ToListAsync(Token);
        var active = keys.Count(key =>
            key.State != KeyState.Revoked && key.OwnerType != PartyType.PublishedApp && (key.ExpiresAt is null || key.ExpiresAt > now));
        var stored = await context.Projects.Where(x => x.Id == id).Select(x => x.ActiveKeys).SingleAsync(Token);
        var marked = keys.Count(key => key.Counted);
        Assert.True(stored == marked, $"{path} after {after}: {stored} stored, {marked} marked");
        var allowance = (await world.Services.Keys.AllowanceAsync(world.Viewer, path, Token)).Value;
        Assert.True(active == allowance.Used, $"{path} after {after}: {active} active, {allowance.Used} shown");
        Assert.InRange(active, 0, Max);
    }

    async Task<string> ChangeAsync(Xorshift random, Made made, int step)
    {
        var (services, project, now) = (world.Services, random.Pick(Projects), world.Time.GetUtcNow());
        DateTimeOffset? until = random.Flip() ? null : now.AddMinutes(1 + random.Below(40));
        var kind = random.Below(12);
        if (kind > 3 && kind < 9 && made.Keys.Count == 0)
        {
            kind = 0;
        }

        switch (kind)
        {
            case 0 or 1:
                if ((await services.Keys.CreateAsync(world.Developer, new(project, $"Key {step}", ExpiresAt: until), Token))
                    is { Succeeded: true } key)
                {
                    made.Keys.Add(key.Value.Key.KeyId);
                }

                return "create";
            case 2:
                world.AddResource(project, "workflow", $"w{step}");
                if (await services.Keys.CreateAsync(world.Developer, new(project, $"Key {step}", Resources: [$"workflow:w{step}"]), Token)
                    is { Succeeded: true } narrow)
                {
                    made.Keys.Add(narrow.Value.Key.KeyId);
                }

                made.Resources.Add((project, $"workflow:w{step}"));
                return "create a narrow key";
            case 3:
                world.Time.Advance(TimeSpan.FromMinutes(random.Below(25)));
                return "time";
            case 4 or 5:
                await services.Keys.ChangeAsync(world.Developer, random.Pick(made.Keys), new(ExpiresAt: new(until)), Token);
                return "a date";
            case 6:
                await services.Keys.ChangeManyAsync(world.Developer, [.. Some(random, made)], new(ExpiresAt: new(until)), Token);
                return "the date of several";
            case 7:
                await services.Keys.ChangeAsync(
                    world.Developer, random.Pick(made.Keys), new(State: random.Flip() ? KeyState.Active : KeyState.Inactive), Token);
                return "a state";
            case 8:
                await (random.Flip()
                    ? services.Keys.RevokeManyAsync(world.Developer, [.. Some(random, made)], Token)
                    : (Task)services.Keys.RevokeAsync(world.Developer, random.Pick(made.Keys), Token));
                return "revoke";
            case 9 when made.Resources.Count > 0:
                var (of, resource) = random.Pick(made.Resources);
                await services.Get<ResourceService>().DeleteAsync(world.Admin, of, resource, Token);
                return "delete a resource";
            case 10:
                return await PublishAsync(random, made, step, project);
            default:
                if (made.Account is null)
                {
                    made.Account = (await services.Get<ServiceAccountService>()
                        .CreateAsync(world.Admin, new($"account {step}", Projects: new([project])), Token)) is { Succeeded: true } account
                        ? account.Value.Account.Id : null;
                    return "create a service account";
                }

                await services.Get<ServiceAccountService>().DeleteAsync(world.Admin, made.Account, Token);
                made.Account = null;
                return "delete a service account";
        }
    }

    async Task<string> PublishAsync(Xorshift random, Made made, int step, string project)
    {
        var apps = world.Services.Get<PublishedAppService>();
        if (made.App is { } app)
        {
            made.App = null;
            await apps.UnpublishAsync(world.Developer, app, Token);
            return "unpublish";
        }

        world.AddResource(project, "agent", $"a{step}");
        made.App = (await apps.PublishAsync(world.Developer, new(project, $"App {step}", $"agent:a{step}"), Token)).Value.PublishedApp.Id;
        if (random.Flip())
        {
            await using var context = world.Open();
            var managed = await context.Keys.Where(key => key.OwnerId == made.App).Select(key => key.KeyId).SingleAsync(Token);
            await world.Services.Keys.ChangeAsync(
                world.Developer, managed, new(ExpiresAt: new(world.Time.GetUtcNow().AddMinutes(5))), Token);
        }

        return "publish";
    }

    static IEnumerable<string> Some(Xorshift random, Made made) => Enumerable.Range(0, 3).Select(_ => random.Pick(made.Keys)).Distinct();

    sealed class Made
    {
        public List<string> Keys { get; } = [];

        public List<(string Project, string Resource)> Resources { get; } = [];

        public string? App { get; set; }

        public string? Account { get; set; }
    }
}
