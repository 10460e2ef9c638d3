using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Dashboard.Tests.Unit.Hosting;

/// <summary>An unhandled exception in a background service would stop the host.</summary>
[EveryDatabase]
public sealed class BackgroundServicesTests
{
    static readonly TimeSpan longestInterval = TimeSpan.FromDays(1);

    /// <summary>Services that poll every few seconds: a day is a long time for them.</summary>
    static readonly TimeSpan shortInterval = TimeSpan.FromSeconds(10);

    static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failure_of_any_kind_ends_no_background_service()
    {
        await using var world = new TestInstallation();
        var failed = new SemaphoreSlim(0);
        var commands = new SentCommands
        {
            With = () =>
            new InvalidOperationException("An exception has been raised that is likely due to a transient failure.")
        };
        var node = world.Run(commands);
        var key = (await node.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "one"), None)).Value.Key.KeyId;
        node.Usage.Meter(key, world.ProjectId(TestInstallation.Orders)).Count(null, null, null, null, TestInstallation.Start);
        node.Get<RefusalLedger>().NoteChange(world.Viewer, Error.Forbidden("No."));
        node.Get<PasswordResetQueue>().Add(new("OLGA@EXAMPLE.COM", null, "http://localhost", world.Time.GetUtcNow()));
        node.Get<WritesBehind>().Add("something", Actor.System, (context, token) => context.Users.AnyAsync(token));
        node.Get<FirstUses>().Note(key, TestInstallation.Start, null, "raw");
        var account = await world.AccountAsync();
        Assert.Null((await node.IssueAsync(
            ("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret))).Error);
        commands.FailWhen = _ =>
        {
            failed.Release();
            return true;
        };

        var services = node.Provider.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        Assert.NotEmpty(services);
        foreach (var service in services)
        {
            await service.StartAsync(None);
            var asked = false;
            for (var tries = 0; !asked && tries < 1000; tries++) // its timer starts on another thread
            {
                world.Time.Advance(tries % 10 == 9 ? longestInterval : shortInterval);
                asked = await failed.WaitAsync(TimeSpan.FromMilliseconds(30), None);
            }

            Assert.True(asked, $"{service} asked the database nothing");
            await service.StopAsync(None);
            // a service that was stopped before it started is canceled
            Assert.False(service.ExecuteTask!.IsFaulted, $"{service}: {service.ExecuteTask.Exception}");
            while (failed.Wait(0, None))
            {
                // from the service or from stopping it
            }
        }
    }
}
