using System.Net;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Setup;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

/// <summary>An installation that Priya has set up. Passwords are hashed with few iterations, so that a test can try many.</summary>
public sealed class SignInFixture : IAsyncDisposable
{
    public const string Email = "priya.raghunathan@northwind.example";
    public const string Password = "Correct-Horse-9-battery";
    public const string Wrong = "correct-horse-9-battery";

    public static readonly IPAddress Office = IPAddress.Parse("203.0.113.7");

    public const string Browser = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";

    public TestInstallation Installation { get; } = TestInstallation.Empty();

    readonly Dictionary<string, string> secrets = [];

    public Services Services { get; }

    /// <summary>The secrets of the sessions that <see cref="EnterAsync"/> began, by session.</summary>
    public IReadOnlyDictionary<string, string> Secrets => secrets;

    /// <summary>The secret of the browser that entered last.</summary>
    public string? BrowserSecret { get; private set; }

    SignInFixture() => Services = Start();

    public static async Task<SignInFixture> SetUpAsync()
    {
        var newcomers = new SignInFixture();
        var outcome = await newcomers.Services.Get<SetUpService>().SetUpAsync(
            Actor.Anonymous("203.0.113.7"), new(Email, Password, "Northwind Traders", "Order Platform"), Cancel);
        Assert.Null(outcome.Error);
        return newcomers;
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts another process on the same database.</summary>
    /// <param name="adjust">Changes its services.</param>
    public Services Start(Action<IServiceCollection>? adjust = null) => Installation.Run(services =>
    {
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 10);
        adjust?.Invoke(services);
    });

    /// <summary>Signs in from a browser that is not known, unless its secret is given.</summary>
    public Task<Result<SignedIn>> SignInAsync(
        string? password = Password, string? email = Email, IPAddress? from = null, bool remember =
            false, string? browser = null, string? replaced = null) =>
        Services.Get<SignInService>().SignInAsync(
            new(email, password, remember, from ?? Office, Browser) { BrowserSecret = browser, ReplacedSessionId = replaced }, Cancel);

    public async Task FailAsync(int times, IPAddress? from = null)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(ErrorCode.InvalidCredentials, (await SignInAsync(Wrong, from: from)).Error?.Code);
        }
    }

    public async Task<Actor> EnterAsync(bool remember = false)
    {
        var session = (await SignInAsync(remember: remember)).Value;
        (secrets[session.SessionId], BrowserSecret) = (session.SessionSecret, session.BrowserSecret);
        return new(PartyType.User, session.UserId, session.Name, "203.0.113.7", session.SessionId);
    }

    /// <summary>Returns the audit log in order, after verifying that each chain is intact and that each row has a feed row.</summary>
    public IReadOnlyList<AuditEntry> Log() => Log(Installation);

    public static IReadOnlyList<AuditEntry> Log(TestInstallation world)
    {
        using var context = world.Open();
        var entries = context.AuditEntries.OrderBy(entry => entry.ChainId).ThenBy(entry => entry.Sequence).ToList();
        var feed = context.FeedEntries.Select(entry => new { entry.SubjectType, entry.SubjectId }).ToList();
        foreach (var chain in context.AuditChains.ToList())
        {
            var hash = new byte[32];
            var place = 0L;
            foreach (var entry in entries.Where(entry => entry.ChainId == chain.Id))
            {
                Assert.Equal(++place, entry.Sequence);
                Assert.Equal(hash, entry.PreviousHash);
                Assert.Equal(hash = entry.ComputeHash(TestInstallation.AuditKey), entry.Hash);
                Assert.Contains(new { SubjectType = entry.TargetType, SubjectId = entry.TargetId }, feed);
            }

            Assert.Equal(place, chain.Sequence);
            Assert.Equal(hash, chain.Hash);
        }

        return entries;
    }

    public ValueTask DisposeAsync() => Installation.DisposeAsync();
}
