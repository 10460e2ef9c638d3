using System.Data.Common;
using Dashboard.Core.Audit;
using Dashboard.Core.Credentials;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

/// <summary>Connections to a remote server can break. A retry must find out whether the first attempt was committed.</summary>
[EveryDatabase]
public sealed class UnitOfWorkRetryTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commit_with_a_lost_response_is_written_once_and_keeps_its_secret(bool wentThrough)
    {
        var commit = new LosesTheAnswer(wentThrough);
        var services = Retrying(commit);
        var issued = (await services.Keys.CreateAsync(world.SignIn(world.Developer), new(TestInstallation.Orders, "Backend"), Token)).Value;

        Assert.True(commit.Lost);
        await using var context = world.Open();
        var key = await context.Keys.SingleAsync(Token);
        Assert.Equal(key.KeyId, issued.Key.KeyId);
        Assert.Equal(key.Hash, KeyHash.Of(issued.Secret.Reveal()));
        Assert.Equal(key.KeyId, (await context.AuditEntries.SingleAsync(Token)).TargetId);
        Assert.Equal(key.KeyId, (await context.FeedEntries.SingleAsync(Token)).SubjectId);
        Assert.Null(await services.Get<AuditVerifier>().FindBreakAsync(world.OrganizationId("acme"), Token));
        Assert.NotNull((await services.Verifier.VerifyAsync(PresentedKeys.Key(issued), AccessRequirement.None, null, Token)).Principal);
    }

    [Theory]
    [InlineData("UPDATE \"Projects\"")]
    [InlineData("INSERT INTO \"ApiKeys\"")]
    [InlineData("INSERT INTO \"AuditEntries\"")]
    [InlineData("UPDATE \"FeedCounter\"")]
    [InlineData("INSERT INTO \"FeedEntries\"")]
    public async Task Connection_that_breaks_half_way_is_written_once(string at)
    {
        var broken = false;
        var commands = new SentCommands { FailWhen = text => text.Contains(at, StringComparison.Ordinal) && !broken && (broken = true) };
        var services = Retrying(commands);
        var issued = await services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token);

        Assert.True(broken);
        await using var context = world.Open();
        Assert.Equal(issued.Value.Key.KeyId, (await context.Keys.SingleAsync(Token)).KeyId);
        Assert.Equal(
            (1, 1), ((await context.AuditEntries.SingleAsync(Token)).Sequence, (await context.FeedEntries.SingleAsync(Token)).Number));
        Assert.Null(await services.Get<AuditVerifier>().FindBreakAsync(world.OrganizationId("acme"), Token));
    }

    [Fact]
    public async Task Database_that_stays_away_is_an_exception_and_writes_nothing()
    {
        var before = world.Dump();
        var services = Retrying(new SentCommands { FailWhen = text => text.Contains("FeedCounter", StringComparison.Ordinal) });
        await Assert.ThrowsAsync<RetryLimitExceededException>(
            () => services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token));
        Assert.Equal(before, world.Dump());
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    Services Retrying(IInterceptor interceptor) => world.Run(services => TestDatabase.Configure(
        services, options => options.AddInterceptors(interceptor).ReplaceService<IExecutionStrategyFactory, Factory>()));

    sealed class Factory(ExecutionStrategyDependencies dependencies) : IExecutionStrategyFactory
    {
        public IExecutionStrategy Create() => new TwoMoreTries(dependencies);
    }

    sealed class TwoMoreTries(ExecutionStrategyDependencies dependencies) : ExecutionStrategy(dependencies, 2, TimeSpan.FromMilliseconds(1))
    {
        protected override bool ShouldRetryOn(Exception exception) =>
            exception is DatabaseAway or DbUpdateException { InnerException: DatabaseAway };
    }

    /// <summary>Loses the response to the first commit, whether it succeeded or not.</summary>
    sealed class LosesTheAnswer(bool wentThrough) : DbTransactionInterceptor
    {
        public bool Lost { get; private set; }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken =
                default) => new(Lose(!wentThrough, result));

        public override Task TransactionCommittedAsync(
            DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
            Task.FromResult(Lose(wentThrough, true));

        T Lose<T>(bool here, T result) => here && !Lost && (Lost = true) ? throw new DatabaseAway() : result;
    }
}
