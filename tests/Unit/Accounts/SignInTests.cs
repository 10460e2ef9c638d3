using System.Net;
using Dashboard.Core.Accounts;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class SignInTests
{
    [Theory]
    [InlineData(false, 12)]
    [InlineData(true, 30 * 24)]
    public async Task Right_password_begins_a_session_for_as_long_as_was_asked(bool remember, int hours)
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var signedIn = (await newcomers.SignInAsync(remember: remember)).Value;
        Assert.Equal(("Priya Raghunathan", TestInstallation.Start.AddHours(hours), remember), (
            signedIn.Name, signedIn.ExpiresAt, signedIn.Remember));
        await using var context = newcomers.Installation.Open();
        var session = Assert.Single(context.Sessions.ToList());
        Assert.Equal((signedIn.SessionId, signedIn.UserId, "203.0.113.7", SignInFixture.Browser), (
            session.Id, session.UserId, session.Address, session.UserAgent));
        Assert.Equal((TestInstallation.Start, TestInstallation.Start.AddHours(hours), null), (
            session.CreatedAt, session.ExpiresAt, session.EndedAt));
    }

    [Fact]
    public async Task Pause_is_over_when_the_clock_was_set_back_behind_its_beginning()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        await newcomers.FailAsync(SignInService.MaxFailures);
        Assert.Equal(ErrorCode.RateLimited, (await newcomers.SignInAsync()).Error?.Code);
        newcomers.Installation.Sql($"UPDATE SignInFailures SET LastAt = LastAt + {TimeSpan.FromHours(1).TotalMilliseconds}, LockedUntil = LockedUntil + {TimeSpan.FromHours(1).TotalMilliseconds}");
        Assert.True((await newcomers.SignInAsync()).Succeeded);
    }

    [Fact]
    public async Task Each_sign_in_has_a_session_of_its_own()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var (first, second) = ((await newcomers.SignInAsync()).Value, (await newcomers.SignInAsync()).Value);
        Assert.NotEqual(first.SessionId, second.SessionId);
        Assert.Equal(22, first.SessionId.Length);
    }

    [Fact]
    public async Task Audit_log_names_the_account_of_each_sign_in_and_failure()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        await newcomers.FailAsync(1);
        var signedIn = (await newcomers.SignInAsync()).Value;
        var log = newcomers.Log().Where(entry => entry.Action.StartsWith("session.", StringComparison.Ordinal)).ToList();
        Assert.Equal(["session.refused", "session.started"], log.Select(entry => entry.Action));
        Assert.All(log, entry => Assert.Equal((0, "auth", "user", signedIn.UserId, "Priya Raghunathan", "203.0.113.7"),
            (entry.ChainId, entry.Category, entry.TargetType, entry.TargetId, entry.TargetName, entry.Address)));
        Assert.Equal([("anonymous", false), ("user", true)], log.Select(entry => (entry.ActorType, entry.Succeeded)));
    }

    [Fact]
    public async Task Address_without_account_is_answered_alike_and_stays_out_of_the_database()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var (known, unknown) = (new List<Error?>(), new List<Error?>());
        for (var i = 0; i < 7; i++)
        {
            known.Add((await newcomers.SignInAsync(SignInFixture.Wrong)).Error);
            unknown.Add((await newcomers.SignInAsync(SignInFixture.Wrong, "my-Secret-in-the-wrong-field@x")).Error);
        }

        Assert.Equal(known, unknown);
        Assert.Equal(
            [
                "Wrong email or password. 4 tries left before a 5-minute lockout.",
                "Wrong email or password. 3 tries left before a 5-minute lockout.",
                "Wrong email or password. 2 tries left before a 5-minute lockout.",
                "Wrong email or password. 1 try left before a 5-minute lockout.",
                "Wrong email or password. Try again in 5 minutes.", "Too many attempts. Try again in 5 minutes.",
                "Too many attempts. Try again in 5 minutes.",
            ],
            known.Select(fault => fault?.Detail));
        Assert.DoesNotContain("secret-in-the-wrong", newcomers.Installation.Dump(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(5, newcomers.Log().Count(entry => entry is { Action: "session.refused", TargetId: "unknown", Succeeded: false }));
    }

    [Fact]
    public async Task Address_without_account_is_hashed_for_too()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var hasher = new CountingHasher();
        var service = newcomers.Start(services => services.AddSingleton<IPasswordHasher<DashboardUser>>(hasher)).Get<SignInService>();
        await service.SignInAsync(
            new("nobody@northwind.example", SignInFixture.Password, false, SignInFixture.Office, null), SignInFixture.Cancel);
        Assert.Equal(1, hasher.Verified);
    }

    [Fact]
    public async Task Lockout_refuses_the_right_password_and_ends_after_5_minutes()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        await newcomers.FailAsync(5);
        var paused = (await newcomers.SignInAsync()).Error;
        Assert.Equal((ErrorCode.RateLimited, TimeSpan.FromMinutes(5)), (paused?.Code, paused?.RetryAfter));
        newcomers.Installation.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("Too many attempts. Try again in 1 minute.", (await newcomers.SignInAsync()).Error?.Detail);
        newcomers.Installation.Time.Advance(TimeSpan.FromMilliseconds(1));
        await newcomers.FailAsync(5); // the full number of attempts again
        newcomers.Installation.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.True((await newcomers.SignInAsync()).Succeeded);
    }

    [Fact]
    public async Task Success_resets_the_count()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        await newcomers.FailAsync(4);
        Assert.True((await newcomers.SignInAsync()).Succeeded);
        await newcomers.FailAsync(5);
        Assert.Equal(ErrorCode.RateLimited, (await newcomers.SignInAsync()).Error?.Code);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.250", true)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.9", true)]
    [InlineData("203.0.113.7", "203.0.114.7", false)]
    [InlineData("2001:db8:7::1", "2001:db8:7:ffff::2", true)]
    [InlineData("2001:db8:7::1", "2001:db8:8::1", false)]
    public async Task Lockout_applies_to_one_client_network(string failing, string trying, bool paused)
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        await newcomers.FailAsync(5, IPAddress.Parse(failing));
        Assert.Equal(paused, !(await newcomers.SignInAsync(from: IPAddress.Parse(trying))).Succeeded);
    }

    [Fact]
    public async Task Lockout_applies_to_one_account()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        for (var i = 0; i < 6; i++)
        {
            await newcomers.SignInAsync(SignInFixture.Wrong, "nobody@northwind.example");
        }

        Assert.True((await newcomers.SignInAsync()).Succeeded);
    }

    [Fact]
    public async Task Many_at_once_get_five_answers()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => newcomers.SignInAsync(SignInFixture.Wrong))));
        Assert.Equal(5, answers.Count(answer => answer.Error?.Code == ErrorCode.InvalidCredentials));
        Assert.Equal(15, answers.Count(answer => answer.Error?.Code == ErrorCode.RateLimited));
        Assert.Equal(5, newcomers.Log().Count(entry => entry.Action == "session.refused"));
    }

    [Fact]
    public async Task Right_password_is_answered_after_60_failures_from_its_network()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(ErrorCode.InvalidCredentials,
                (await newcomers.SignInAsync(SignInFixture.Wrong, $"nobody-{i}@northwind.example")).Error?.Code);
        }

        Assert.Equal(ErrorCode.RateLimited, (await newcomers.SignInAsync(SignInFixture.Wrong)).Error?.Code);
        Assert.True((await newcomers.SignInAsync()).Succeeded);
    }

    [Fact]
    public async Task Known_browser_signs_in_during_the_lockout_of_its_network()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var known = (await newcomers.SignInAsync()).Value.BrowserSecret;
        await newcomers.FailAsync(5);
        Assert.Equal(ErrorCode.RateLimited, (await newcomers.SignInAsync()).Error?.Code);
        Assert.Equal(ErrorCode.RateLimited, (await newcomers.SignInAsync(browser: "somebody's")).Error?.Code);
        var again = (await newcomers.SignInAsync(browser: known)).Value;
        Assert.Equal(known, again.BrowserSecret);
        Assert.Equal(ErrorCode.RateLimited, (await newcomers.SignInAsync()).Error?.Code); // the lockout stays for others
    }

    [Fact]
    public async Task Browser_is_known_to_one_account_only()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var known = (await newcomers.SignInAsync()).Value.BrowserSecret;
        var other = newcomers.Installation.AddPerson("Sten");
        newcomers.Installation.SetPassword(other, SignInFixture.Password);
        for (var i = 0; i < 5; i++)
        {
            await newcomers.SignInAsync(SignInFixture.Wrong, "sten@example.com", browser: known);
        }

        Assert.Equal(ErrorCode.RateLimited, (await newcomers.SignInAsync(email: "sten@example.com", browser: known)).Error?.Code);
    }

    [Fact]
    public async Task Five_failures_of_its_own_make_a_browser_unknown()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var known = (await newcomers.SignInAsync()).Value.BrowserSecret;
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.SignInAsync(SignInFixture.Wrong, browser: known)).Error?.Code);
        }

        Assert.True((await newcomers.SignInAsync(browser: known)).Succeeded); // begins again
        for (var i = 0; i < 5; i++)
        {
            await newcomers.SignInAsync(SignInFixture.Wrong, browser: known);
        }

        await newcomers.FailAsync(5);
        Assert.Equal(ErrorCode.RateLimited, (await newcomers.SignInAsync(browser: known)).Error?.Code);
        Assert.Contains(newcomers.Log(), entry => entry.Details == """{"known_browser":"forgotten"}""");
    }

    [Fact]
    public async Task Browser_is_unknown_after_the_password_changed_but_not_after_a_new_hash()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var known = (await newcomers.SignInAsync()).Value.BrowserSecret;
        var stronger = newcomers.Start(services => services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 20));
        SignInAttempt attempt = new(SignInFixture.Email, SignInFixture.Password, false, SignInFixture.Office, null);
        Assert.True((await stronger.Get<SignInService>().SignInAsync(attempt, SignInFixture.Cancel)).Succeeded); // hashes again
        await newcomers.FailAsync(5);
        Assert.True((await newcomers.SignInAsync(browser: known)).Succeeded);
        await StoreAsync(newcomers, newcomers.Services.Get<PasswordCheck>().Hash(new(), SignInFixture.Password));
        Assert.Equal(ErrorCode.RateLimited, (await newcomers.SignInAsync(browser: known)).Error?.Code);
    }

    [Fact]
    public async Task Account_has_a_bounded_number_of_known_browsers()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        for (var i = 0; i < KnownBrowsers.MaxPerAccount + 2; i++)
        {
            Assert.True((await newcomers.SignInAsync()).Succeeded);
            newcomers.Installation.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await using var context = newcomers.Installation.Open();
        Assert.Equal(KnownBrowsers.MaxPerAccount, context.KnownBrowsers.Count());
    }

    [Fact]
    public async Task Address_of_a_proxy_is_no_client()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var service = newcomers.Start().Get<SignInService>();
        for (var i = 0; i < 70; i++)
        {
            SignInAttempt attempt =
                new($"nobody-{i}@northwind.example", SignInFixture.Wrong, false, SignInFixture.Office, null) { IsProxyAddress = true };
            Assert.Equal(ErrorCode.InvalidCredentials, (await service.SignInAsync(attempt, SignInFixture.Cancel)).Error?.Code);
        }

        await using var context = newcomers.Installation.Open();
        Assert.Equal(["unknown"], context.SignInFailures.Select(x => x.Network).Distinct());
    }

    [Fact]
    public async Task Many_networks_that_fail_leave_new_ones_fewer_attempts_and_are_reported_once()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        Assert.True((await newcomers.SignInAsync()).Succeeded); // the office is no new network
        for (var i = 0; i < SignInFailureCounter.AttackNetworks; i++)
        {
            await newcomers.FailAsync(1, IPAddress.Parse($"198.51.{i}.1"));
        }

        Assert.DoesNotContain(newcomers.Log(), entry => entry.Action == "account.attacked");
        var (home, office) = (IPAddress.Parse("192.0.2.1"), SignInFixture.Office);
        Assert.Equal("Wrong email or password. 1 try left before a 15-minute lockout.",
            (await newcomers.SignInAsync(SignInFixture.Wrong, from: home)).Error?.Detail);
        Assert.Equal("Wrong email or password. 4 tries left before a 5-minute lockout.",
            (await newcomers.SignInAsync(SignInFixture.Wrong, from: office)).Error?.Detail);
        Assert.True((await newcomers.SignInAsync(from: home)).Succeeded);
        await newcomers.FailAsync(1, IPAddress.Parse("192.0.3.1"));
        var entry = Assert.Single(newcomers.Log(), entry => entry.Action == "account.attacked");
        Assert.Equal(("Priya Raghunathan", false), (entry.TargetName, entry.Succeeded));
        await newcomers.SignInAsync(SignInFixture.Wrong, from: IPAddress.Parse("192.0.3.1"));
        Assert.Equal(TimeSpan.FromMinutes(15), (await newcomers.SignInAsync(from: IPAddress.Parse("192.0.3.1"))).Error?.RetryAfter);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(-60)]
    [InlineData(3600)]
    public async Task Lockout_is_never_longer_than_set_when_the_clock_is_set(int seconds)
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var clock = new SetClock(newcomers.Installation.Time);
        var service = newcomers.Start(services => services.AddSingleton<TimeProvider>(clock)).Get<SignInService>();
        for (var i = 0; i < 5; i++)
        {
            await AttemptAsync(SignInFixture.Wrong);
        }

        newcomers.Installation.Time.Advance(TimeSpan.FromMinutes(1));
        clock.Offset = TimeSpan.FromSeconds(seconds);
        newcomers.Installation.Time.Advance(TimeSpan.FromMinutes(4) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(seconds != -60, (await AttemptAsync(SignInFixture.Password)).Succeeded); // a small jump does not end it
        newcomers.Installation.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await AttemptAsync(SignInFixture.Password)).Succeeded);

        Task<Result<SignedIn>> AttemptAsync(string password) =>
            service.SignInAsync(new(SignInFixture.Email, password, false, SignInFixture.Office, null), SignInFixture.Cancel);
    }

    [Fact]
    public async Task Signing_in_again_ends_the_session_of_the_browser()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var first = await newcomers.EnterAsync();
        var kept = await newcomers.EnterAsync();
        await newcomers.SignInAsync(SignInFixture.Wrong, replaced: first.SessionId);
        var sessions = newcomers.Services.Get<SessionService>();
        Assert.NotNull(await sessions.FindStatusAsync(first.SessionId!, first.Id, SignInFixture.Cancel));
        Assert.True((await newcomers.SignInAsync(replaced: first.SessionId)).Succeeded);
        Assert.Null(await sessions.FindStatusAsync(first.SessionId!, first.Id, SignInFixture.Cancel));
        Assert.NotNull(await sessions.FindStatusAsync(kept.SessionId!, kept.Id, SignInFixture.Cancel));
        Assert.Single(newcomers.Log(), entry =>
            entry.Action == "session.ended" && entry.Details.Contains(first.SessionId!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failures_are_deleted_after_a_day_a_few_at_a_time()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        await newcomers.FailAsync(4);
        for (var i = 0; i < 30; i++)
        {
            await newcomers.SignInAsync(SignInFixture.Wrong, $"nobody-{i}@northwind.example");
        }

        newcomers.Installation.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMilliseconds(1));
        Assert.EndsWith("4 tries left before a 5-minute lockout.", (await newcomers.SignInAsync(SignInFixture.Wrong)).Error?.Detail,
            StringComparison.Ordinal);
        await using var context = newcomers.Installation.Open();
        Assert.Equal(11, context.SignInFailures.Count());
        await newcomers.SignInAsync(SignInFixture.Wrong);
        Assert.Equal(1, context.SignInFailures.Count());
    }

    [Theory]
    [InlineData(null, null, "email", "password")]
    [InlineData(" ", "x", "email")]
    [InlineData("priya@x", "", "password")]
    public async Task Empty_fields_are_named_and_nothing_is_written(string? email, string? password, params string[] fields)
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var before = newcomers.Installation.Dump();
        var fault = (await newcomers.SignInAsync(password, email)).Error;
        Assert.Equal(ErrorCode.InvalidRequest, fault?.Code);
        Assert.Equal(fields, fault?.Errors?.Keys);
        Assert.Equal(before, newcomers.Installation.Dump());
    }

    [Theory]
    [InlineData(257, 20)]
    [InlineData(20, 255)]
    public async Task Overlong_input_is_refused_without_hashing(int password, int email)
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var hasher = new CountingHasher();
        var service = newcomers.Start(services => services.AddSingleton<IPasswordHasher<DashboardUser>>(hasher)).Get<SignInService>();
        var outcome =
            await service.SignInAsync(new(new('a', email), new('p', password), false, SignInFixture.Office, null), SignInFixture.Cancel);
        Assert.Equal((ErrorCode.InvalidCredentials, 0), (outcome.Error?.Code, hasher.Verified));
    }

    [Theory]
    [InlineData(SignInFixture.Email, SignInFixture.Password + " ", false)]
    [InlineData(SignInFixture.Email, " " + SignInFixture.Password, false)]
    [InlineData(" PRIYA.Raghunathan@Northwind.EXAMPLE ", SignInFixture.Password, true)]
    public async Task Password_counts_as_typed_and_address_in_any_case(string email, string password, bool right)
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        Assert.Equal(right, (await newcomers.SignInAsync(password, email)).Succeeded);
    }

    [Fact]
    public async Task Unpaired_surrogate_in_the_address_is_only_wrong()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.SignInAsync(email: "\uD83D@northwind.example")).Error?.Code);
    }

    [Theory]
    [InlineData("schlie\u00DFe die T\u00FCr bitte", "schlie\u00DFe die Tu\u0308r bitte")]
    [InlineData("schlie\u00DFe die Tu\u0308r bitte", "schlie\u00DFe die T\u00FCr bitte")]
    [InlineData("a long enough p\uFF41ssword", "a long enough password")] // full width
    public async Task Password_is_the_same_however_a_keyboard_composes_it(string set, string typed)
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        await StoreAsync(newcomers, newcomers.Services.Get<PasswordCheck>().Hash(new(), set));
        Assert.Null((await newcomers.SignInAsync(typed)).Error);
        Assert.Null((await newcomers.SignInAsync(set)).Error);
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.SignInAsync(typed.ToUpperInvariant())).Error?.Code);
    }

    [Fact]
    public async Task Hash_of_a_password_as_it_was_typed_matches_once_more_and_is_replaced()
    {
        const string typed = "schlie\u00DFe die Tu\u0308r bitte";
        await using var newcomers = await SignInFixture.SetUpAsync();
        await StoreAsync(newcomers, new PasswordHasher<DashboardUser>(Options.Create(new PasswordHasherOptions { IterationCount = 10 }))
            .HashPassword(new(), typed));
        // not what was hashed
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.SignInAsync(ComparableText.Compose(typed))).Error?.Code);
        Assert.Null((await newcomers.SignInAsync(typed)).Error);
        Assert.Null((await newcomers.SignInAsync(ComparableText.Compose(typed))).Error);
    }

    [Fact]
    public async Task Hash_of_an_older_strength_is_renewed()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var stronger = newcomers.Start(services => services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 20));
        var before = Hash(newcomers);
        var outcome = await stronger.Get<SignInService>()
            .SignInAsync(new(SignInFixture.Email, SignInFixture.Password, false, SignInFixture.Office, null), SignInFixture.Cancel);
        Assert.True(outcome.Succeeded);
        Assert.NotEqual(before, Hash(newcomers));
        Assert.True((await newcomers.SignInAsync()).Succeeded);

        static string? Hash(SignInFixture newcomers)
        {
            using var context = newcomers.Installation.Open();
            return context.Users.Single().PasswordHash;
        }
    }

    [Fact]
    public async Task Password_changed_during_the_check_is_refused()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var hasher = new CountingHasher { OnVerify = () => Change(newcomers.Installation) };
        var service = newcomers.Start(services => services.AddSingleton<IPasswordHasher<DashboardUser>>(hasher)).Get<SignInService>();
        var outcome = await service.SignInAsync(
            new(SignInFixture.Email, SignInFixture.Password, false, SignInFixture.Office, null), SignInFixture.Cancel);
        Assert.Equal((ErrorCode.InvalidCredentials, 1), (outcome.Error?.Code, hasher.Verified));
        await using var context = newcomers.Installation.Open();
        Assert.Empty(context.Sessions);

        static void Change(TestInstallation world)
        {
            using var context = world.Open();
            context.Users.Single().PasswordHash = new CountingHasher().HashPassword(new(), "another-Password-7");
            context.SaveChanges();
        }
    }

    [Fact]
    public async Task User_agent_is_truncated()
    {
        await using var newcomers = await SignInFixture.SetUpAsync();
        var outcome = await newcomers.Services.Get<SignInService>().SignInAsync(
            new(SignInFixture.Email, SignInFixture.Password, false, null, new('x', 5000)), SignInFixture.Cancel);
        Assert.True(outcome.Succeeded);
        await using var context = newcomers.Installation.Open();
        Assert.Equal(200, context.Sessions.Single().UserAgent.Length);
    }

    [Fact]
    public void Attempt_does_not_print_credentials() =>
        Assert.Equal(
            "sign-in from 203.0.113.7", new SignInAttempt("a@b.example", "Secret-Secret-1", true, SignInFixture.Office, "x").ToString());

    /// <summary>A system clock that somebody sets.</summary>
    sealed class SetClock(TimeProvider steady) : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override long TimestampFrequency => steady.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + Offset;

        public override long GetTimestamp() => steady.GetTimestamp();
    }

    sealed class CountingHasher : IPasswordHasher<DashboardUser>
    {
        readonly PasswordHasher<DashboardUser> real = new();

        public int Verified { get; private set; }

        public Action OnVerify { get; init; } = () => { };

        public string HashPassword(DashboardUser user, string password) => real.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(DashboardUser user, string hashedPassword, string providedPassword)
        {
            Verified++;
            OnVerify();
            return real.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }

    static async Task StoreAsync(SignInFixture newcomers, string hash)
    {
        await using var context = newcomers.Installation.Open();
        await context.Users.ExecuteUpdateAsync(set => set.SetProperty(user => user.PasswordHash, hash), SignInFixture.Cancel);
    }
}
