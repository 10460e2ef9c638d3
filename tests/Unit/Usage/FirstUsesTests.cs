using System.Net;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Usage;

[EveryDatabase]
public sealed class FirstUsesTests : IAsyncDisposable
{
    static CancellationToken None => TestContext.Current.CancellationToken;
    static readonly CallerContext Facts = new(IPAddress.Parse("10.2.3.4"), "GET", "/v1/orders?token=secret", "curl/8.9.1");

    readonly TestInstallation world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task First_use_is_written_at_once_and_reaches_other_nodes_by_the_feed()
    {
        var key = await CreateAsync();
        var other = world.Run();
        var (here, there) = (new TaskCompletionSource<FeedEntry>(TaskCreationOptions.RunContinuationsAsynchronously), new List<string>());
        await other.Get<ChangeFeed>().ReadAsync(None);
        using var one = world.Services.Get<ChangeFeed>().Subscribe(entry => here.TrySetResult(entry));
        using var two = other.Get<ChangeFeed>().Subscribe(entry => there.Add($"{entry.SubjectType} {entry.SubjectId}"));
        await world.Services.Get<FirstUses>().StartAsync(None);

        await UseAsync(world.Services, key, Facts);
        var entry = await here.Task.WaitAsync(TimeSpan.FromSeconds(30), None);
        Assert.Equal((FeedSubject.KeyUse, key.Key.KeyId), (entry.SubjectType, entry.SubjectId));
        await other.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal([$"key_use {key.Key.KeyId}"], there);
        await world.Services.Get<FirstUses>().StopAsync(None);

        var use = (await world.Services.Keys.FindFirstUseAsync(world.Viewer, key.Key.KeyId, None)).Value!;
        Assert.Equal(
            (TestInstallation.Start, "GET", "/v1/orders", "10.2.3.0/24", "curl"), (use.At, use.Method, use.Path, use.Network, use.Client));
        var row = (await world.Services.Keys.GetAsync(world.Viewer, key.Key.KeyId, None)).Value;
        Assert.Equal((TestInstallation.Start, "10.2.3.0/24"), (row.LastUsedAt, row.LastUsedFrom));
    }

    [Fact]
    public async Task First_use_writes_a_feed_row_and_no_audit_row()
    {
        var key = await CreateAsync();
        await UseAsync(world.Services, key, Facts);
        await world.Services.Get<FirstUses>().FlushAsync(None);
        await using var context = world.Open();
        Assert.Equal(1, await context.FeedEntries.CountAsync(x => x.SubjectType == FeedSubject.KeyUse, None));
        Assert.Equal(1, await context.AuditEntries.CountAsync(None)); // from its creation
    }

    [Fact]
    public async Task Concurrent_first_uses_on_two_nodes_are_reported_once()
    {
        var key = await CreateAsync();
        var other = world.Run();
        await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => UseAsync(i % 2 == 0 ? world.Services : other, key, Facts with { Path = $"/{i}" })));
        await Task.WhenAll(world.Services.Get<FirstUses>().FlushAsync(None), other.Get<FirstUses>().FlushAsync(None));
        await using var context = world.Open();
        Assert.Equal(1, await context.FeedEntries.CountAsync(x => x.SubjectType == FeedSubject.KeyUse, None));
        Assert.Equal(1, await context.KeyFirstUses.CountAsync(None));
    }

    [Fact]
    public async Task Later_use_that_was_written_before_stays_the_last_one()
    {
        var key = await CreateAsync();
        await UseAsync(world.Services, key, Facts);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await UseAsync(world.Services, key, Facts with { Address = IPAddress.Parse("192.0.2.1") });
        await world.Services.Usage.FlushAsync(None);
        await world.Services.Get<FirstUses>().FlushAsync(None);
        var row = (await world.Services.Keys.GetAsync(world.Viewer, key.Key.KeyId, None)).Value;
        Assert.Equal((TestInstallation.Start + TimeSpan.FromMinutes(1), "192.0.2.0/24"), (row.LastUsedAt, row.LastUsedFrom));
        Assert.Equal(TestInstallation.Start, (await world.Services.Keys.FindFirstUseAsync(world.Viewer, key.Key.KeyId, None)).Value!.At);
    }

    [Fact]
    public async Task Use_after_the_first_writes_nothing_at_once()
    {
        var commands = new SentCommands();
        var key = await CreateAsync();
        await UseAsync(world.Services, key, Facts);
        await world.Services.Get<FirstUses>().FlushAsync(None);
        var node = world.Run(commands);
        await UseAsync(node, key, Facts);
        commands.Forget();
        await node.Get<FirstUses>().FlushAsync(None);
        Assert.Empty(commands.Sent);
    }

    [Fact]
    public async Task First_use_that_could_not_be_written_is_written_later()
    {
        var commands = new SentCommands { FailWhen = text => text.StartsWith("UPDATE", StringComparison.Ordinal) };
        var node = world.Run(commands);
        var key = await CreateAsync();
        await UseAsync(node, key, Facts);
        await Assert.ThrowsAsync<DatabaseAway>(() => node.Get<FirstUses>().FlushAsync(None));
        commands.FailWhen = _ => false;
        await node.Get<FirstUses>().StopAsync(None);
        Assert.Equal("curl", (await world.Services.Keys.FindFirstUseAsync(world.Viewer, key.Key.KeyId, None)).Value!.Client);
    }

    [Fact]
    public async Task Refused_request_is_not_a_first_use()
    {
        var key = await CreateAsync();
        var requirement = new AccessRequirement(AcceptedEnvironments.Test);
        Assert.Equal(RefusalCode.WrongEnvironment, (
            await world.Services.Verifier.VerifyAsync(PresentedKeys.Key(key), requirement, Facts, None)).Refusal);
        await world.Services.Get<FirstUses>().FlushAsync(None);
        Assert.Null((await world.Services.Keys.FindFirstUseAsync(world.Viewer, key.Key.KeyId, None)).Value);
    }

    [Fact]
    public async Task First_use_of_another_organizations_key_is_not_found()
    {
        var key = await CreateAsync();
        Assert.Equal(
            Core.Common.ErrorCode.NotFound, (await world.Services.Keys.FindFirstUseAsync(world.Stranger, key.Key.KeyId, None)).Error!.Code);
    }

    [Theory]
    [InlineData("/v1/orders", "/v1/orders")]
    [InlineData("/v1/orders?key=x", "/v1/orders")]
    [InlineData("/v1/orders#x", "/v1/orders")]
    [InlineData("v1/orders", null)]
    [InlineData("/v1/\r\nx", null)]
    [InlineData(null, null)]
    public async Task Path_is_stored_without_its_query(string? path, string? kept) =>
        Assert.Equal(kept, (await FirstUseAsync(_ => Facts with { Path = path })).Path);

    [Fact]
    public async Task Long_path_is_cut()
    {
        var path = (await FirstUseAsync(_ => Facts with { Path = "/" + new string('a', 500) })).Path!;
        Assert.Equal("/" + new string('a', 198) + "…", path);
    }

    [Fact]
    public async Task Key_in_path_method_or_client_is_not_stored()
    {
        var secret = "";
        await FirstUseAsync(key => new(null, secret = key.Secret.Reveal(), $"/x/{secret}", secret));
        Assert.DoesNotContain(secret, world.Dump(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(secret)), world.Dump(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Path_with_another_key_is_not_stored()
    {
        var other = (await CreateAsync()).Secret.Reveal();
        Assert.Null((await FirstUseAsync(_ => new(null, "GET", $"/reset/key={other};v=1"))).Path);
        Assert.DoesNotContain(other, world.Dump(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("curl/8.9.1", "curl")]
    [InlineData("python-requests/2.32.3", "python-requests")]
    [InlineData("axios/1.7.2", "axios")]
    [InlineData("Go-http-client/2.0", "Go")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "browser")]
    [InlineData("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621", "PowerShell")]
    [InlineData("node", "Node.js")]
    [InlineData("acme-sync/1.0", "other")]
    [InlineData("notcurl/1.0", "other")]
    [InlineData("gotcha/1.0", "other")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Client_family_is_a_known_word_or_other(string? userAgent, string? family) =>
        Assert.Equal(family, ClientFamily.Of(userAgent));

    async Task<KeyFirstUse> FirstUseAsync(Func<IssuedKey, CallerContext> facts)
    {
        var key = await CreateAsync();
        await UseAsync(world.Services, key, facts(key));
        await world.Services.Get<FirstUses>().FlushAsync(None);
        return (await world.Services.Keys.FindFirstUseAsync(world.Viewer, key.Key.KeyId, None)).Value!;
    }

    async Task<IssuedKey> CreateAsync() =>
        (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "name"), None)).Value;

    static async Task UseAsync(Services node, IssuedKey key, CallerContext facts) =>
        Assert.Null((await node.Verifier.VerifyAsync(PresentedKeys.Key(key), AccessRequirement.None, facts, None)).Refusal);
}
