using System.Security.Claims;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Accounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dashboard.Tests.Unit.Auth;

[EveryDatabase]
public sealed class SessionWatchTests : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly TestInstallation world = new();
    readonly SentCommands commands = new();
    readonly Services services;
    readonly RecordedLog log = new();
    readonly Actor person;
    readonly SessionWatch watch;
    readonly TaskCompletionSource rightsLost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SessionWatchTests()
    {
        services = world.Run(commands);
        person = world.SignIn(world.Developer);
        watch = new(services.Get<SessionService>(), services.Get<ChangeFeed>(), world.Time, log);
        watch.SetAuthenticationState(Task.FromResult(new AuthenticationState(new(new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, person.Id), new(CurrentActor.SessionClaim, person.SessionId!)], "test")))));
        watch.RightsLost += (_, _) => rightsLost.TrySetResult();
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        watch.Dispose();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Page_ends_at_once_when_its_session_is_ended_elsewhere()
    {
        await BeginAsync();
        var stopped = Stopped();
        await services.Get<SessionService>().EndAsync(person, Cancel);
        await stopped.WaitAsync(Patience, Cancel);
        Assert.False((await watch.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Page_acts_for_nobody_once_the_password_is_changed_elsewhere(bool byLink, bool showsSecret)
    {
        const string Password = "a lighthouse keeps nine otters";
        world.SetPassword(person, Password);
        await BeginAsync();
        var (stopped, held) = (Stopped(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using var secret = showsSecret ? watch.Hold(_ => held.TrySetResult()) : null;
        if (byLink)
        {
            var link = (await services.Get<PasswordResetService>().CreateLinkAsync("dora@example.com", AccountMailbox.Site, Cancel)).Value;
            Assert.Null((await services.Get<PasswordResetService>()
                .ResetAsync(AccountMailbox.TokenOf(link), "Another-9-lighthouse", null, AccountMailbox.Site, Cancel)).Error);
        }
        else
        {
            var changed = await services.Get<AccountService>()
                .ChangePasswordAsync(world.SignIn(world.Developer), Password, "Another-9-lighthouse", AccountMailbox.Site, Cancel);
            Assert.Null(changed.Error);
        }

        await (showsSecret ? held.Task : stopped).WaitAsync(Patience, Cancel);
        Assert.False((await watch.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated);
        Assert.Equal(
            ErrorCode.SessionRequired, (await services.Keys.CreateAsync(person, new(TestInstallation.Orders, "one"), Cancel)).Error?.Code);
    }

    [Fact]
    public async Task Page_ends_if_the_session_ended_before_it_subscribed()
    {
        await services.Get<SessionService>().EndAsync(person, Cancel);
        var stopped = Stopped();
        await watch.BeginAsync();
        await stopped.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Page_ends_when_its_session_expires()
    {
        await BeginAsync();
        var stopped = Stopped();
        world.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(stopped.IsCompleted);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await stopped.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Page_does_not_query_without_changes_of_its_user()
    {
        await BeginAsync();
        await RecordAsync(world.Viewer);
        var sent = commands.Sent.Count;
        world.Time.Advance(TimeSpan.FromMinutes(59));
        await watch.Checking;
        Assert.Equal(sent, commands.Sent.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OrganizationRole.Viewer)]
    public async Task Page_is_notified_of_lost_permissions_and_stays_signed_in(OrganizationRole? role)
    {
        await BeginAsync();
        world.SetRole("acme", world.Developer, role);
        await RecordAsync(person);
        await rightsLost.Task.WaitAsync(Patience, Cancel);
        Assert.True((await watch.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated);
    }

    [Fact]
    public async Task Page_is_not_notified_of_gained_permissions()
    {
        await BeginAsync();
        world.SetRole("acme", world.Developer, OrganizationRole.Admin);
        await RecordAsync(person);
        await watch.Checking;
        Assert.False(rightsLost.Task.IsCompleted);
    }

    [Fact]
    public async Task Held_page_stays_open_until_released()
    {
        await BeginAsync();
        var stopped = Stopped();
        var told = new List<bool>();
        var (one, other) = (watch.Hold(told.Add), watch.Hold(_ => { }));
        await services.Get<SessionService>().EndAsync(person, Cancel);
        await watch.Checking;
        one.Dispose();
        one.Dispose();
        Assert.Equal([false], told);
        Assert.False(stopped.IsCompleted);
        Assert.False((await watch.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated); // reads and changes nothing
        other.Dispose();
        await stopped.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Held_page_closes_15_minutes_after_its_session()
    {
        await BeginAsync();
        var stopped = Stopped();
        var told = new List<bool>();
        using var hold = watch.Hold(told.Add);
        await services.Get<SessionService>().EndAsync(person, Cancel);
        await watch.Checking;
        world.Time.Advance(SessionWatch.HoldLimit - TimeSpan.FromMilliseconds(1));
        await watch.Checking;
        Assert.False(stopped.IsCompleted);
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        await stopped.WaitAsync(Patience, Cancel);
        Assert.Equal([false, true], told);
    }

    [Fact]
    public async Task Held_page_reloads_15_minutes_after_permissions_were_lost()
    {
        await BeginAsync();
        using var hold = watch.Hold(_ => { });
        world.SetRole("acme", world.Developer, OrganizationRole.Viewer);
        await RecordAsync(person);
        await watch.Checking;
        Assert.False(rightsLost.Task.IsCompleted);
        world.Time.Advance(SessionWatch.HoldLimit);
        await rightsLost.Task.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Page_asks_two_minutes_before_the_idle_end_and_stays_with_activity_elsewhere()
    {
        var idleAt = TestInstallation.Start.AddMinutes(30);
        world.Sql($"UPDATE Sessions SET IdleAt = {idleAt.ToUnixTimeMilliseconds()} WHERE Id = '{person.SessionId}'");
        await BeginAsync();
        world.Time.Advance(TimeSpan.FromMinutes(28) - TimeSpan.FromMilliseconds(1));
        await watch.Checking;
        Assert.Null(watch.IdleAt);
        var asked = Changed();
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        await asked.WaitAsync(Patience, Cancel);
        Assert.Equal(idleAt, watch.IdleAt);
        await watch.Checking;

        await services.Get<SessionService>().KeepAsync(person, Cancel);
        var answered = Changed();
        world.Time.Advance(SessionWatch.NoticeInterval);
        await answered.WaitAsync(Patience, Cancel);
        Assert.Null(watch.IdleAt);
    }

    [Fact]
    public async Task Page_ends_at_the_idle_end_without_an_answer()
    {
        world.Sql($"UPDATE Sessions SET IdleAt = {TestInstallation.Start.AddMinutes(1).ToUnixTimeMilliseconds()} WHERE Id = '{person.SessionId}'");
        var stopped = Stopped();
        await BeginAsync();
        Assert.NotNull(watch.IdleAt);
        for (var i = 0; i < 4; i++)
        {
            Assert.False(stopped.IsCompleted);
            world.Time.Advance(TimeSpan.FromSeconds(15));
            await watch.Checking;
        }

        await stopped.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Unavailable_database_ends_no_page_and_is_retried()
    {
        await BeginAsync();
        var stopped = Stopped();
        commands.FailWhen = IsLook;
        world.Sql($"UPDATE Sessions SET EndedAt = 1 WHERE Id = '{person.SessionId}'");
        await RecordAsync(person);
        await watch.Checking;
        Assert.Equal((1, false), (log.Count, stopped.IsCompleted));
        commands.FailWhen = _ => false;
        world.Time.Advance(SessionWatch.RetryAfter);
        await stopped.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Shutdown_logs_no_error()
    {
        await BeginAsync();
        commands.FailWhen = IsLook;
        commands.With = () => new ObjectDisposedException("IServiceProvider");
        await RecordAsync(person);
        await watch.Checking;
        watch.Dispose();
        watch.Dispose();
        Assert.Equal(0, log.Count);
    }

    static bool IsLook(string sql) =>
        sql.Contains("\"Sessions\"", StringComparison.Ordinal) && sql.Contains("\"Members\"", StringComparison.Ordinal);

    async Task BeginAsync()
    {
        await watch.BeginAsync();
        await watch.Checking;
    }

    Task Changed()
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watch.IdleChanged += (_, _) => changed.TrySetResult();
        return changed.Task;
    }

    Task Stopped()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watch.AuthenticationStateChanged += _ => stopped.TrySetResult();
        return stopped.Task;
    }

    /// <summary>Writes a feed row about a user.</summary>
    async Task RecordAsync(Actor about) => Assert.True((await services.Work.RunAsync<Core.Common.Unit>(
        world.Owner,
        (change, _) =>
        {
            change.Record(world.OrganizationId("acme"), new(AuditCategory.Members, "member.changed", new("user", about.Id, about.Name)));
            return Task.FromResult<Result<Core.Common.Unit>>(default(Core.Common.Unit));
        },
        Cancel)).Succeeded);

    sealed class RecordedLog : ILogger<SessionWatch>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }
}
