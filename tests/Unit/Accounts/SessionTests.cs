using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
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
        Assert.Null(await newcomers.Services.Get<SessionService>().FindLiveAsync("something", actor.Id, SignInFixture.Cancel));
    }

    [Fact]
    public async Task Session_is_valid_until_its_last_millisecond()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var actor = await newcomers.EnterAsync();
        newcomers.Installation.Sql("UPDATE Sessions SET IdleAt = 9999999999999"); // somebody is active all the time
        newcomers.Installation.Time.Advance(new SessionOptions().Lifetime - TimeSpan.FromMilliseconds(1));
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
        Assert.Equal((TestInstallation.Start.AddHours(1), TestInstallation.Start.AddHours(1)), (first.ExpiresAt, first.IdleAt));
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
    public async Task Stored_rows_open_no_session()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var actor = await newcomers.EnterAsync();
        await using var context = newcomers.Installation.Open();
        var row = context.Sessions.Single();
        foreach (var stored in new[] { row.Id, Convert.ToHexString(row.SecretHash!), Convert.ToBase64String(row.SecretHash!) })
        {
            Assert.Null(await newcomers.Services.Get<SessionService>().FindLiveAsync(stored, actor.Id, SignInFixture.Cancel));
        }

        var browser = Assert.Single(context.KnownBrowsers.ToList());
        Assert.Equal(32, browser.SecretHash.Length);
        var dump = newcomers.Installation.DumpBytes();
        Assert.DoesNotContain(newcomers.Secrets[actor.SessionId!], dump, StringComparison.Ordinal);
        Assert.DoesNotContain(newcomers.BrowserSecret!, dump, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 2, 12)]
    [InlineData(true, 7 * 24, 30 * 24)]
    public async Task Idle_session_ends_and_an_active_one_at_its_last_hour(bool remember, int idle, int longest)
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var (sessions, time) = (newcomers.Services.Get<SessionService>(), newcomers.Installation.Time);
        var (lazy, active) = (await newcomers.EnterAsync(remember), await newcomers.EnterAsync(remember));
        for (var at = idle / 2; at < longest; at += idle / 2)
        {
            time.Advance(TimeSpan.FromHours(idle / 2));
            Assert.Equal(at < idle, await FindAsync(newcomers, lazy) is not null);
            Assert.NotNull(await FindAsync(newcomers, active));
            await sessions.KeepAsync(active, SignInFixture.Cancel);
            await sessions.KeepAsync(at < idle ? active : lazy, SignInFixture.Cancel); // too late for an ended one
        }

        time.SetUtcNow(TestInstallation.Start.AddHours(longest));
        Assert.Null(await FindAsync(newcomers, active));
    }

    [Fact]
    public async Task Activity_is_written_once_a_minute()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var (sessions, time) = (newcomers.Services.Get<SessionService>(), newcomers.Installation.Time);
        var actor = await newcomers.EnterAsync();
        var behind = newcomers.Services.Get<WritesBehind>();
        time.Advance(TimeSpan.FromSeconds(59));
        await KeepAsync();
        await behind.FlushAsync(SignInFixture.Cancel);
        Assert.Equal(TestInstallation.Start, (await FindAsync(newcomers, actor))!.LastSeenAt);
        time.Advance(TimeSpan.FromSeconds(1));
        await KeepAsync();
        Assert.Equal(TestInstallation.Start, (await FindAsync(newcomers, actor))!.LastSeenAt); // the request did not wait for it
        time.Advance(TimeSpan.FromSeconds(10));
        await KeepAsync();
        await behind.FlushAsync(SignInFixture.Cancel);
        Assert.Equal(TestInstallation.Start.AddMinutes(1), (await FindAsync(newcomers, actor))!.LastSeenAt);
        Assert.Equal(TestInstallation.Start.AddMinutes(121), (
            await sessions.FindStatusAsync(actor.SessionId!, actor.Id, SignInFixture.Cancel))!.IdleAt);

        async Task KeepAsync() => sessions.Keep((await FindAsync(newcomers, actor))!);
    }

    [Fact]
    public async Task Activity_just_before_the_idle_end_counts_however_late_it_is_written()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var (sessions, time) = (newcomers.Services.Get<SessionService>(), newcomers.Installation.Time);
        var actor = await newcomers.EnterAsync();
        time.Advance(TimeSpan.FromMinutes(120) - TimeSpan.FromSeconds(1));
        sessions.Keep((await FindAsync(newcomers, actor))!);
        time.Advance(TimeSpan.FromSeconds(5));
        await newcomers.Services.Get<WritesBehind>().FlushAsync(SignInFixture.Cancel);
        Assert.NotNull(await FindAsync(newcomers, actor));
    }

    [Fact]
    public async Task List_has_the_persons_valid_sessions_in_pages()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var sessions = newcomers.Services.Get<SessionService>();
        var actors = new List<Actor>();
        for (var i = 0; i < 4; i++)
        {
            actors.Add(await newcomers.EnterAsync());
            newcomers.Installation.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await sessions.EndAsync(actors[1], SignInFixture.Cancel);
        var first = (await sessions.ListAsync(actors[0], null, 2, SignInFixture.Cancel)).Value;
        var second = (await sessions.ListAsync(actors[0], first.NextCursor, 2, SignInFixture.Cancel)).Value;
        Assert.Null(second.NextCursor);
        Assert.Equal(
            [actors[3].SessionId!, actors[2].SessionId!, actors[0].SessionId!], first.Items.Concat(second.Items).Select(x => x.Id));
        var current = Assert.Single(first.Items.Concat(second.Items), x => x.Current);
        Assert.Equal(
            (actors[0].SessionId, "Firefox on Linux", "203.0.113.7", "203.0.113.0/24", TestInstallation.Start,
                TestInstallation.Start, TestInstallation.Start.AddHours(2)),
            (current.Id, current.Device, current.Address, current.Network, current.CreatedAt, current.LastSeenAt, current.ExpiresAt));
        var stranger = actors[0] with { Id = "somebody" };
        Assert.Empty((await sessions.ListAsync(stranger, null, 50, SignInFixture.Cancel)).Value.Items);
        Assert.Equal(
            ErrorCode.InvalidRequest, (await sessions.ListAsync(stranger, first.NextCursor, 50, SignInFixture.Cancel)).Error?.Code);
    }

    [Fact]
    public async Task Person_ends_one_session_or_all_others_and_nobody_elses()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var sessions = newcomers.Services.Get<SessionService>();
        Actor[] own = [await newcomers.EnterAsync(), await newcomers.EnterAsync(), await newcomers.EnterAsync()];
        var somebody = newcomers.Installation.SignIn(newcomers.Installation.AddPerson("Sten"));
        Assert.Equal(ErrorCode.NotFound, (await sessions.EndOneAsync(own[0], somebody.SessionId!, SignInFixture.Cancel)).Error?.Code);
        Assert.Null((await sessions.EndOneAsync(own[0], own[1].SessionId!, SignInFixture.Cancel)).Error);
        Assert.Equal(ErrorCode.NotFound, (await sessions.EndOneAsync(own[0], own[1].SessionId!, SignInFixture.Cancel)).Error?.Code);
        Assert.Null(await FindAsync(newcomers, own[1]));
        Assert.Equal(1, (await sessions.EndOthersAsync(own[0], SignInFixture.Cancel)).Value);
        Assert.Equal(0, (await sessions.EndOthersAsync(own[0], SignInFixture.Cancel)).Value);
        Assert.Equal((true, false), (await FindAsync(newcomers, own[0]) is not null, await FindAsync(newcomers, own[2]) is not null));
        Assert.NotNull(await sessions.FindStatusAsync(somebody.SessionId!, somebody.Id, SignInFixture.Cancel));
        var token = own[0] with { SessionId = null, Token = new("x", "latchkey-cli", 1) };
        Assert.Equal(ErrorCode.SessionRequired, (await sessions.EndOthersAsync(token, SignInFixture.Cancel)).Error?.Code);
        Assert.Equal(2, newcomers.Log().Count(entry => entry.Action == "session.ended"));
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
        Assert.Equal((0, "auth", ended.Id, ended.Id, $$"""{"session":"{{ended.SessionId}}"}"""), (
            entry.ChainId, entry.Category, entry.ActorId, entry.TargetId, entry.Details));
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
        newcomers.Installation.Time.Advance(new SessionOptions().Lifetime + TimeSpan.FromDays(30));
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

    static async Task<LiveSession?> FindAsync(SignInFixture newcomers, Actor actor) =>
        newcomers.Secrets.TryGetValue(actor.SessionId!, out var secret)
            ? await newcomers.Services.Get<SessionService>().FindLiveAsync(secret, actor.Id, SignInFixture.Cancel)
            : null;

    static Task<Result<ProjectSummary>> CreateProjectAsync(SignInFixture newcomers, Actor actor) =>
        newcomers.Services.Projects.CreateAsync(actor, new(null, "Another"), SignInFixture.Cancel);
}
