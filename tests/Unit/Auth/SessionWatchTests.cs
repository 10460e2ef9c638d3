using System.Security.Claims;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dashboard.Tests.Unit.Auth;

public sealed class SessionWatchTests : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly TestInstallation world = new();
    readonly Commands commands = new();
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
    public async Task Page_whose_session_is_ended_elsewhere_stops_without_the_clock()
    {
        await BeginAsync();
        var stopped = Stopped();
        await services.Get<SessionService>().EndAsync(person, Cancel);
        await stopped.WaitAsync(Patience, Cancel);
        Assert.False((await watch.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated);
    }

    [Fact]
    public async Task Session_that_ended_before_the_page_began_to_listen_stops_it()
    {
        await services.Get<SessionService>().EndAsync(person, Cancel);
        var stopped = Stopped();
        await watch.BeginAsync();
        await stopped.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Page_stops_when_its_session_expires()
    {
        await BeginAsync();
        var stopped = Stopped();
        world.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(stopped.IsCompleted);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await stopped.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Page_asks_nothing_while_nothing_happens_to_its_person()
    {
        await BeginAsync();
        await RecordAsync(world.Viewer);
        var sent = commands.Sent.Count;
        world.Time.Advance(TimeSpan.FromMinutes(59));
        await watch.Looking;
        Assert.Equal(sent, commands.Sent.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OrganizationRole.Viewer)]
    public async Task Page_of_who_is_removed_or_may_do_less_hears_of_it_and_goes_on_signed_in(OrganizationRole? role)
    {
        await BeginAsync();
        world.SetRole("acme", world.Developer, role);
        await RecordAsync(person);
        await rightsLost.Task.WaitAsync(Patience, Cancel);
        Assert.True((await watch.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated);
    }

    [Fact]
    public async Task Page_of_who_may_do_more_hears_nothing()
    {
        await BeginAsync();
        world.SetRole("acme", world.Developer, OrganizationRole.Admin);
        await RecordAsync(person);
        await watch.Looking;
        Assert.False(rightsLost.Task.IsCompleted);
    }

    [Fact]
    public async Task Page_that_is_held_stays_until_it_is_let_go()
    {
        await BeginAsync();
        var stopped = Stopped();
        var (one, other) = (watch.Hold(), watch.Hold());
        await services.Get<SessionService>().EndAsync(person, Cancel);
        await watch.Looking;
        one.Dispose();
        one.Dispose();
        Assert.True((await watch.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated);
        other.Dispose();
        await stopped.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Database_that_is_away_stops_no_page_and_is_asked_again()
    {
        await BeginAsync();
        var stopped = Stopped();
        commands.FailWhen = IsLook;
        world.Sql($"UPDATE Sessions SET EndedAt = 1 WHERE Id = '{person.SessionId}'");
        await RecordAsync(person);
        await watch.Looking;
        Assert.Equal((1, false), (log.Count, stopped.IsCompleted));
        commands.FailWhen = _ => false;
        world.Time.Advance(SessionWatch.RetryAfter);
        await stopped.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Product_that_stops_leaves_no_complaint()
    {
        await BeginAsync();
        commands.FailWhen = IsLook;
        commands.With = () => new ObjectDisposedException("IServiceProvider");
        await RecordAsync(person);
        await watch.Looking;
        watch.Dispose();
        watch.Dispose();
        Assert.Equal(0, log.Count);
    }

    static bool IsLook(string sql) => sql.Contains("\"Sessions\"", StringComparison.Ordinal) && sql.Contains("\"Members\"", StringComparison.Ordinal);

    async Task BeginAsync()
    {
        await watch.BeginAsync();
        await watch.Looking;
    }

    Task Stopped()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watch.AuthenticationStateChanged += _ => stopped.TrySetResult();
        return stopped.Task;
    }

    /// <summary>Something has happened to somebody.</summary>
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

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }
}
