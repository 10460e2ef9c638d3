using System.Collections.Concurrent;
using System.Net;
using Dashboard.Accounts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

public sealed class SetUpCodeTests
{
    readonly Lines log = new();

    [Fact]
    public void Code_is_8_unambiguous_characters_and_differs_each_time()
    {
        var codes = Enumerable.Range(0, 200).Select(_ => new SetUpCode(log).Value).ToList();
        Assert.All(codes, code => Assert.Matches("^[34679ACDEFGHJKMNPQRTUVWXY]{4}-[34679ACDEFGHJKMNPQRTUVWXY]{4}$", code));
        Assert.Equal(200, codes.Distinct().Count());
    }

    [Fact]
    public void Code_is_accepted_in_any_case_and_punctuation()
    {
        var code = new SetUpCode(log);
        foreach (var typed in new[] { code.Value, code.Value.ToLowerInvariant(), code.Value.Replace("-", "", StringComparison.Ordinal), $"  {code.Value.Replace('-', ' ')} " })
        {
            Assert.True(code.Matches(typed));
        }
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        var code = new SetUpCode(log);
        foreach (var typed in new[] { null, "", "----", code.Value[..8], code.Value + code.Value[0], code.Value + new string('A', 100_000) })
        {
            Assert.False(code.Matches(typed));
        }
    }

    [Fact]
    public void Tenth_wrong_code_replaces_the_code_and_logs_it()
    {
        var code = new SetUpCode(log);
        var first = code.Value;
        for (var i = 0; i < 9; i++)
        {
            Assert.False(code.Matches("wrong"));
        }

        Assert.True(code.Matches(first));
        Assert.Empty(log.Written);
        Assert.False(code.Matches("wrong"));
        Assert.False(code.Matches(first));
        Assert.NotEqual(first, code.Value);
        Assert.Equal([$"10 wrong setup codes were entered. The new code is {code.Value}."], log.Written);
        Assert.True(code.Matches(code.Value));
    }

    [Theory]
    [InlineData("127.0.0.1", "localhost", null, null, true)]
    [InlineData("127.0.0.1", "LOCALHOST:5080", null, null, true)]
    [InlineData("::1", "[::1]:5080", null, null, true)]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1", null, null, true)]
    [InlineData("127.0.0.1", "localhost", "Origin", "http://localhost:5080", true)]
    [InlineData("127.0.0.1", "localhost", "Origin", "http://127.0.0.1", true)]
    [InlineData("127.0.0.1", "localhost", "Accept", "text/html", true)]
    [InlineData("203.0.113.7", "localhost", null, null, false)]
    [InlineData(null, "localhost", null, null, false)]
    [InlineData("127.0.0.1", "keys.northwind.example", null, null, false)]
    [InlineData("127.0.0.1", "localhost.northwind.example", null, null, false)]
    [InlineData("127.0.0.1", "10.0.0.1", null, null, false)]
    [InlineData("127.0.0.1", "", null, null, false)]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-For", "203.0.113.7", false)]
    [InlineData("127.0.0.1", "localhost", "x-forwarded-proto", "https", false)]
    [InlineData("127.0.0.1", "localhost", "Forwarded", "for=203.0.113.7", false)]
    [InlineData("127.0.0.1", "localhost", "Via", "1.1 proxy", false)]
    [InlineData("127.0.0.1", "localhost", "X-Real-IP", "203.0.113.7", false)]
    [InlineData("127.0.0.1", "localhost", "X-Original-For", "127.0.0.1:5000", false)]
    [InlineData("127.0.0.1", "localhost", "Origin", "http://evil.example", false)]
    [InlineData("127.0.0.1", "localhost", "Origin", "null", false)]
    public void Code_is_not_needed_for_direct_local_requests_only(string? address, string host, string? header, string? value, bool direct)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        http.Request.Host = new(host);
        if (header is not null)
        {
            http.Request.Headers[header] = value;
        }

        Assert.Equal(direct, SetUpCode.IsFromThisMachine(http));
    }

    sealed class Lines : ILogger<SetUpCode>
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue(formatter(state, exception));
    }
}
