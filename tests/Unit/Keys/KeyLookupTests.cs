using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyLookupTests : IAsyncDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly TestInstallation world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Theory]
    [InlineData("", "")]
    [InlineData(" \t", "\r\n")]
    public async Task Lookup_finds_the_key_for_any_member(string before, string after)
    {
        var key = await CreateAsync(world.Services);
        var found = await world.Services.Keys.WhichAsync(world.Viewer, before + key.Secret.Reveal() + after, Token);
        Assert.Equal(key.Key.KeyId, found.Value.KeyId);
    }

    [Fact]
    public async Task Lookup_finds_a_revoked_key()
    {
        var key = await CreateAsync(world.Services);
        await world.Services.Keys.RevokeAsync(world.Owner, key.Key.KeyId, Token);
        Assert.Equal(KeyState.Revoked, (await world.Services.Keys.WhichAsync(world.Viewer, key.Secret.Reveal(), Token)).Value.State);
    }

    [Fact]
    public async Task Lookup_of_another_organizations_key_is_not_found()
    {
        var key = await CreateAsync(world.Services);
        var others = (await world.Services.Keys.WhichAsync(world.Stranger, key.Secret.Reveal(), Token)).Error!;
        var nobodys =
            (await world.Services.Keys.WhichAsync(world.Stranger, AnyTemplate().Mint(KeyEnvironment.Live).Reveal(), Token)).Error!;
        Assert.Equal(ErrorCode.NotFound, others.Code);
        Assert.Equal(nobodys, others);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nk_live_Ab12CdEf")]
    [InlineData("nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjX")]
    public async Task Lookup_of_other_text_is_refused_and_not_echoed(string? text)
    {
        var fault = (await world.Services.Keys.WhichAsync(world.Viewer, text, Token)).Error!;
        Assert.Equal((ErrorCode.InvalidRequest, "key"), (fault.Code, fault.Errors!.Keys.Single()));
        Assert.True(string.IsNullOrEmpty(text) || !fault.ToString().Contains(text, StringComparison.Ordinal));
        Assert.False(await world.Services.Keys.LooksWholeAsync(text, Token));
    }

    [Theory]
    [InlineData("nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjX")] // a wrong checksum
    [InlineData(" nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xj\n")]
    [InlineData("nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjHH")]
    [InlineData("nk_liev_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH")]
    [InlineData("NK_LIVE_AB12CDEF_ABCDEFGHIJKLMNOPQRSTUVWXYZ2X1XJH")]
    [InlineData("nk_live_Ab12CdEf_ABCD")] // truncated
    public async Task Mistyped_key_is_reported_as_such(string text)
    {
        Assert.True(await world.Services.Keys.LooksLikeKeyAsync(text, Token));
        var fault = (await world.Services.Keys.WhichAsync(world.Viewer, text, Token)).Error!;
        Assert.StartsWith("This looks like a key, but it has a typing error", fault.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Trim(), fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nk_live_Ab12CdEf")]
    [InlineData("nk_live_Ab12CdEf_ABC")]
    [InlineData("nk_checkout-service-production-eu-west-1-2026-11")]
    [InlineData("checkout service of the production cluster in Dublin")]
    public async Task Prefix_or_name_does_not_look_like_a_key(string text) =>
        Assert.False(await world.Services.Keys.LooksLikeKeyAsync(text, Token));

    [Fact]
    public async Task Mistyped_key_of_a_former_template_is_recognized()
    {
        await using var before = world.Run(("Keys:Template", "ak-{uuid}{secret:32}"));
        var key = await CreateAsync(before);
        Assert.True(await world.Services.Keys.LooksLikeKeyAsync(key.Secret.Reveal()[..^2], Token));
        Assert.False(await world.Services.Keys.LooksLikeKeyAsync(key.Key.Prefix, Token));
    }

    [Fact]
    public async Task Lookup_finds_a_key_of_a_former_template()
    {
        await using var before = world.Run(("Keys:Template", "ak-{uuid}{secret:32}"));
        var key = await CreateAsync(before);
        Assert.True(await world.Services.Keys.LooksWholeAsync(key.Secret.Reveal(), Token));
        Assert.Equal(key.Key.KeyId, (await world.Services.Keys.WhichAsync(world.Viewer, key.Secret.Reveal(), Token)).Value.KeyId);
    }

    [Fact]
    public async Task Short_search_text_needs_no_template_query()
    {
        var commands = new SentCommands();
        var node = world.Run(commands);
        Assert.False(await node.Keys.LooksWholeAsync(new string('a', 32), Token));
        Assert.True(await node.Keys.LooksWholeAsync(AnyTemplate().Mint(KeyEnvironment.Live).Reveal(), Token));
        Assert.Empty(commands.Sent);
        Assert.True(KeyTemplate.TryParse("a{secret:32}", out var shortest, out _));
        Assert.Equal(33, shortest.KeyLength);
        foreach (var shorter in new[] { "a{secret:31}", "a{hex:32}", "a{id:8}{secret:23}", "a{id:8}{hex:23}" })
        {
            Assert.False(KeyTemplate.TryParse(shorter, out _, out _));
        }
    }

    [Fact]
    public async Task Looked_up_string_is_not_logged_at_any_level()
    {
        using var log = new CollectingLog();
        var node = world.Run(
            services => services.AddLogging(logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(log)));
        var key = await CreateAsync(node);
        await node.Keys.WhichAsync(world.Viewer, key.Secret.Reveal(), Token);
        await node.Keys.WhichAsync(world.Stranger, key.Secret.Reveal(), Token);
        Assert.NotEqual("", log.Text);
        Assert.DoesNotContain(key.Secret.Reveal(), log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Secret.Reveal(), world.Dump(), StringComparison.Ordinal);
    }

    static KeyTemplate AnyTemplate() =>
        KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _) ? template : throw new InvalidOperationException();

    async Task<IssuedKey> CreateAsync(Services node) =>
        (await node.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "name"), Token)).Value;

    sealed class CollectingLog : ILoggerProvider, ILogger
    {
        readonly System.Collections.Concurrent.ConcurrentQueue<string> lines = new();

        public string Text => string.Join('\n', lines);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose() => lines.Clear();
    }
}
