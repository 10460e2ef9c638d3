using Dashboard.Core.Accounts;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

public sealed class PasswordCheckTests
{
    static readonly PasswordLane Somewhere = PasswordLane.Of(SignInFixture.Office);

    static readonly DashboardUser Priya = new() { PasswordHash = "right" };

    [Theory]
    [InlineData("right", PasswordVerificationResult.Success)]
    [InlineData("wrong", PasswordVerificationResult.Failed)]
    public async Task Password_is_held_against_the_hash(string typed, PasswordVerificationResult result)
    {
        using var hasher = new SlowHasher();
        var check = new PasswordCheck(hasher, TimeProvider.System);
        Assert.Equal(result, (await check.VerifyAsync(Priya, typed, Somewhere, SignInFixture.Cancel)).Value);
    }

    [Fact]
    public async Task Nobody_and_a_person_without_a_password_cost_a_hash_and_fail()
    {
        using var hasher = new SlowHasher();
        var check = new PasswordCheck(hasher, TimeProvider.System);
        Assert.Equal(PasswordVerificationResult.Failed, (await check.VerifyAsync(null, "right", Somewhere, SignInFixture.Cancel)).Value);
        Assert.Equal(PasswordVerificationResult.Failed, (await check.VerifyAsync(new(), "right", Somewhere, SignInFixture.Cancel)).Value);
        Assert.Equal(2, hasher.Verified);
    }

    [Fact]
    public async Task Flood_uses_half_of_the_processors_and_the_rest_is_refused()
    {
        using var hasher = new SlowHasher();
        hasher.Door.Reset();
        var check = new PasswordCheck(hasher, TimeProvider.System);
        var held = Enumerable.Range(0, PasswordCheck.AtOnce)
            .Select(_ => Task.Run(() => check.VerifyAsync(Priya, "right", Somewhere, SignInFixture.Cancel))).ToList();
        await hasher.Busy(PasswordCheck.AtOnce);
        var waiting = Enumerable.Range(0, PasswordQueue.MaxOfNetwork)
            .Select(_ => check.VerifyAsync(Priya, "right", Somewhere, SignInFixture.Cancel)).ToList();
        var late = await check.VerifyAsync(Priya, "right", Somewhere, SignInFixture.Cancel);
        Assert.Equal((ErrorCode.RateLimited, TimeSpan.FromSeconds(5)), (late.Error?.Code, late.Error?.RetryAfter));

        hasher.Door.Set();
        Assert.All(await Task.WhenAll(held.Concat(waiting)), answer => Assert.True(answer.Succeeded));
        Assert.Equal(PasswordCheck.AtOnce, hasher.MaxConcurrent);
        Assert.True((await check.VerifyAsync(Priya, "right", Somewhere, SignInFixture.Cancel)).Succeeded);
    }

    /// <summary>Uses the password as its own hash, and blocks in a check while its gate is closed.</summary>
    sealed class SlowHasher : IPasswordHasher<DashboardUser>, IDisposable
    {
        readonly SemaphoreSlim entered = new(0);
        readonly Lock gate = new();
        int inside;

        public ManualResetEventSlim Door { get; } = new(initialState: true);

        public int Verified { get; private set; }

        public int MaxConcurrent { get; private set; }

        public async Task Busy(int times)
        {
            for (var i = 0; i < times; i++)
            {
                await entered.WaitAsync(SignInFixture.Cancel);
            }
        }

        public void Dispose()
        {
            entered.Dispose();
            Door.Dispose();
        }

        public string HashPassword(DashboardUser user, string password) => password;

        public PasswordVerificationResult VerifyHashedPassword(DashboardUser user, string hashedPassword, string providedPassword)
        {
            lock (gate)
            {
                Verified++;
                MaxConcurrent = Math.Max(MaxConcurrent, ++inside);
            }

            entered.Release();
            Door.Wait(SignInFixture.Cancel);
            lock (gate)
            {
                inside--;
            }

            return hashedPassword == providedPassword ? PasswordVerificationResult.Success : PasswordVerificationResult.Failed;
        }
    }
}
