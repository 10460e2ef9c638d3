using Dashboard.Core.Accounts;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class SessionTests
{
    [Fact]
    public async Task Live_session_returns_its_user()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var actor = await newcomers.EnterAsync();
        await using (var context = newcomers.Installation.Open())
        {
            context.Users.Single().Name = "Priya R.";
            await context.SaveChangesAsync(SignInFixture.Cancel);
        }

        var live = await FindAsync(newcomers, actor);
        Assert.Equal((actor.Id, "Priya R.", SignInFixture.Email), (live?.UserId, live?.Name, live?.Email));
    }

    [Fact]
    public async Task Session_of_another_user_is_invalid()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var actor = await newcomers.EnterAsync();
        Assert.Null(await FindAsync(newcomers, actor with { Id = "somebody" }));
        Assert.Null(await FindAsync(newcomers, actor with { SessionId = "something" }));
    }

    [Fact]
    public async Task Session_is_valid_until_its_last_millisecond()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var actor = await newcomers.EnterAsync();
        newcomers.Installation.Time.Advance(SessionService.Lifetime - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await FindAsync(newcomers, actor));
        newcomers.Installation.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await FindAsync(newcomers, actor));
        Assert.Equal(ErrorCode.SessionRequired, (await CreateProjectAsync(newcomers, actor)).Error?.Code);
    }

    [Fact]
    public async Task Session_status_has_the_expiry_and_the_users_roles()
    {
        await using var world = new TestInstallation();
        var sessions = world.Services.Get<SessionService>();
        Task<SessionStatus?> FindAsync(Actor actor) => sessions.FindStatusAsync(actor.SessionId!, actor.Id, SignInFixture.Cancel);

        var developer = world.SignIn(world.Developer);
        var first = (await FindAsync(developer))!;
        Assert.Equal(TestInstallation.Start.AddHours(1), first.ExpiresAt);
        Assert.Equal(new Dictionary<long, OrganizationRole> { [world.OrganizationId("acme")] = OrganizationRole.Developer }, first.Roles);
        world.AddMember("globex", world.Developer, OrganizationRole.Viewer);
        var second = (await FindAsync(developer))!;
        Assert.Equal((true, false), (second.Covers(first), first.Covers(second)));
        world.SetRole("acme", world.Developer, OrganizationRole.Viewer);
        Assert.False((await FindAsync(developer))!.Covers(second));
        world.SetRole("acme", world.Developer, OrganizationRole.Owner);
        Assert.True((await FindAsync(developer))!.Covers(second));

        var nobody = world.SignIn(world.AddPerson("Nobody"));
        Assert.Empty((await FindAsync(nobody))!.Roles);
        await sessions.EndAsync(nobody, SignInFixture.Cancel);
        Assert.Null(await FindAsync(nobody));
        world.Time.Advance(TimeSpan.FromHours(1));
        Assert.Null(await FindAsync(developer));
    }

    [Fact]
    public async Task Ended_session_is_invalid_and_the_other_continues()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var (ended, other) = (await newcomers.EnterAsync(), await newcomers.EnterAsync());
        Assert.True((await newcomers.Services.Get<SessionService>().EndAsync(ended, SignInFixture.Cancel)).Succeeded);
        Assert.Null(await FindAsync(newcomers, ended));
        Assert.Equal(ErrorCode.SessionRequired, (await CreateProjectAsync(newcomers, ended)).Error?.Code);
        Assert.NotNull(await FindAsync(newcomers, other));
        Assert.True((await CreateProjectAsync(newcomers, other)).Succeeded);
        var entry = Assert.Single(newcomers.Log(), entry => entry.Action == "session.ended");
        Assert.Equal((0, "auth", ended.Id, ended.Id, $$"""{"session":"{{ended.SessionId}}"}"""), (entry.ChainId, entry.Category, entry.ActorId, entry.TargetId, entry.Details));
    }

    [Fact]
    public async Task Session_ends_once()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var actor = await newcomers.EnterAsync();
        var sessions = newcomers.Services.Get<SessionService>();
        await sessions.EndAsync(actor, SignInFixture.Cancel);
        Assert.Equal(ErrorCode.SessionRequired, (await sessions.EndAsync(actor, SignInFixture.Cancel)).Error?.Code);
        Assert.Equal(ErrorCode.SessionRequired, (await sessions.EndAsync(Actor.System, SignInFixture.Cancel)).Error?.Code);
        Assert.Single(newcomers.Log(), entry => entry.Action == "session.ended");
    }

    [Fact]
    public async Task Rows_of_past_sessions_are_deleted_after_30_days()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var first = await newcomers.EnterAsync();
        newcomers.Installation.Time.Advance(SessionService.Lifetime + TimeSpan.FromDays(30));
        var second = await newcomers.EnterAsync();
        Assert.Equal([first.SessionId!, second.SessionId!], Ids());
        newcomers.Installation.Time.Advance(TimeSpan.FromMilliseconds(1));
        var third = await newcomers.EnterAsync();
        Assert.Equal([second.SessionId!, third.SessionId!], Ids());

        List<string> Ids()
        {
            using var context = newcomers.Installation.Open();
            return [.. context.Sessions.OrderBy(session => session.CreatedAt).Select(session => session.Id)];
        }
    }

    static Task<LiveSession?> FindAsync(SignInFixture newcomers, Actor actor) =>
        newcomers.Services.Get<SessionService>().FindLiveAsync(actor.SessionId!, actor.Id, SignInFixture.Cancel);

    static Task<Result<ProjectSummary>> CreateProjectAsync(SignInFixture newcomers, Actor actor) =>
        newcomers.Services.Projects.CreateAsync(actor, new(null, "Another"), SignInFixture.Cancel);
}
