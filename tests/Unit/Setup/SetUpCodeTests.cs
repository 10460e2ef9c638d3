using System.Collections.Concurrent;
using System.Net;
using Dashboard.Core.Setup;
using Dashboard.Tests.Unit.Accounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dashboard.Tests.Unit.Setup;

[EveryDatabase]
public sealed class SetUpCodeTests : IAsyncDisposable
{
    static readonly NewInstallation Northwind = new(SignInFixture.Email, SignInFixture.Password, "Northwind Traders", "Order Platform");

    readonly TestInstallation world = TestInstallation.Empty();
    readonly Lines log = new();
    readonly Services services;

    public SetUpCodeTests() => services = world.Run(x => x.AddSingleton<ILogger<SetUpCode>>(log));

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Code_is_eight_unmistakable_characters_and_another_for_each_installation()
    {
        await using var other = TestInstallation.Empty();
        var (code, second) = (await CodeAsync(services), await CodeAsync(other.Services));
        Assert.Matches("^[34679ACDEFGHJKMNPQRTUVWXY]{4}-[34679ACDEFGHJKMNPQRTUVWXY]{4}$", code);
        Assert.NotEqual(code, second);
    }

    [Fact]
    public async Task Nodes_that_start_at_once_and_later_ones_share_one_code()
    {
        var nodes = Enumerable.Range(0, 4).Select(_ => world.Run()).ToList();
        var codes = await Task.WhenAll(nodes.Select(node => Task.Run(() => CodeAsync(node))));
        Assert.Equal([codes[0]], codes.Append(await CodeAsync(world.Run())).Distinct());
        Assert.DoesNotContain(codes[0], world.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_no_node_can_decrypt_any_more_is_replaced()
    {
        var code = await CodeAsync(services);
        Assert.Equal(1, world.Sql("UPDATE Installation SET ProtectedSetUpCode = 'CfDJ8broken'"));
        Assert.False(await IsRightAsync(code));
        Assert.True(await IsRightAsync(await CodeAsync(services)));
    }

    [Fact]
    public async Task Code_is_taken_however_it_is_typed()
    {
        var code = await CodeAsync(services);
        foreach (var typed in new[] { code, code.ToLowerInvariant(), code.Replace("-", "", StringComparison.Ordinal),
            $"  {code.Replace('-', ' ')} " })
        {
            Assert.True(await IsRightAsync(typed));
        }
    }

    [Fact]
    public async Task Anything_else_is_refused()
    {
        var code = await CodeAsync(services);
        foreach (var typed in new[] { null, "", "----", code[..8], code + code[0], code + new string('A', 100_000) })
        {
            Assert.False(await IsRightAsync(typed));
        }
    }

    [Fact]
    public async Task Tenth_wrong_guess_on_any_node_replaces_the_code_and_the_log_prints_it()
    {
        var code = await CodeAsync(services);
        var other = world.Run();
        for (var i = 0; i < 9; i++)
        {
            Assert.False(await (i % 2 == 0 ? services : other).Get<SetUpCode>().IsRightAsync("wrong", Token));
        }

        Assert.True(await IsRightAsync(code)); // and counts as nothing
        Assert.Empty(log.Written);
        Assert.False(await IsRightAsync("wrong"));
        Assert.False(await IsRightAsync(code));
        var fresh = await CodeAsync(other);
        Assert.NotEqual(code, fresh);
        Assert.Equal([$"10 wrong set-up codes were entered. The new code is {fresh}."], log.Written);
        Assert.True(await IsRightAsync(fresh));
    }

    [Fact]
    public async Task Guesses_that_are_sent_at_once_meet_a_code_no_more_than_ten_times()
    {
        await CodeAsync(services);
        var nodes = Enumerable.Range(0, 3).Select(_ => world.Run(x => x.AddSingleton<ILogger<SetUpCode>>(log))).ToList();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() => nodes[i % 3].Get<SetUpCode>().IsRightAsync("wrong", Token))));
        Assert.Equal(3, log.Written.Count);
    }

    [Fact]
    public async Task Owner_is_made_with_the_code_and_by_nobody_without_it()
    {
        var code = await CodeAsync(services);
        var setUp = services.Get<SetUpService>();
        foreach (var (typed, message) in new[]
        {
            (null, "Enter the set-up code. It is part of the link that the server printed when it started."),
            (" ", "Enter the set-up code. It is part of the link that the server printed when it started."),
            ("AAAA-AAAA", "This code is wrong or has been replaced. The server's log has the current one."),
        })
        {
            var refused = await setUp.SetUpWithCodeAsync(IPAddress.Loopback, typed, Northwind, Token);
            Assert.Equal((ErrorCode.InvalidRequest, message), (refused.Error!.Code, refused.Error.Errors!["code"]));
        }

        Assert.True(await setUp.IsOpenAsync(Token));
        Assert.Null((await setUp.SetUpWithCodeAsync(IPAddress.Parse("203.0.113.7"), code, Northwind, Token)).Error);
        Assert.All(SignInFixture.Log(world), entry => Assert.Equal(("anonymous", "203.0.113.7"), (entry.ActorType, entry.Address)));
        Assert.Equal(ErrorCode.Conflict, (await setUp.SetUpWithCodeAsync(IPAddress.Loopback, code, Northwind, Token)).Error?.Code);
    }

    [Fact]
    public async Task Right_code_with_wrong_fields_is_no_wrong_guess_and_says_what_is_wrong()
    {
        var code = await CodeAsync(services);
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(
                ["password"], (await services.Get<SetUpService>()
                    .SetUpWithCodeAsync(null, code, Northwind with { Password = "short" }, Token)).Error!.Errors!.Keys);
        }

        Assert.Equal(code, await CodeAsync(services));
    }

    [Fact]
    public async Task Address_with_too_many_wrong_codes_waits_and_no_other_does()
    {
        var limited = world.Run(("RateLimits:FailedSignInsPerMinute", "3"));
        var setUp = limited.Get<SetUpService>();
        var (stranger, owner) = (IPAddress.Parse("198.51.100.9"), IPAddress.Parse("203.0.113.7"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ErrorCode.InvalidRequest, (await setUp.SetUpWithCodeAsync(stranger, "wrong", Northwind, Token)).Error?.Code);
        }

        Assert.Equal(ErrorCode.RateLimited, (await setUp.SetUpWithCodeAsync(stranger, "wrong", Northwind, Token)).Error?.Code);
        Assert.Null((await setUp.SetUpWithCodeAsync(owner, await CodeAsync(limited), Northwind, Token)).Error);
    }

    [Fact]
    public async Task Code_goes_with_the_set_up()
    {
        var code = await CodeAsync(services);
        await services.Get<SetUpService>().SetUpWithCodeAsync(null, code, Northwind, Token);
        Assert.False(await IsRightAsync(code));
        await Assert.ThrowsAsync<InvalidOperationException>(() => CodeAsync(services));
        await using var context = world.Open();
        Assert.Null(context.Installations.Single().ProtectedSetUpCode);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static Task<string> CodeAsync(Services services) => services.Get<SetUpCode>().GetAsync(Token);

    Task<bool> IsRightAsync(string? typed) => services.Get<SetUpCode>().IsRightAsync(typed, Token);

    sealed class Lines : ILogger<SetUpCode>
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue(formatter(state, exception));
    }
}
