using Dashboard.Core;
using Dashboard.Core.Account;
using Microsoft.AspNetCore.Identity;
using Xunit;

namespace Dashboard.Tests.Unit.Account;

public sealed class PasswordCheckTests
{
    static readonly Person Priya = new() { PasswordHash = "right" };

    [Theory]
    [InlineData("right", PasswordVerificationResult.Success)]
    [InlineData("wrong", PasswordVerificationResult.Failed)]
    public async Task Password_is_held_against_the_hash(string typed, PasswordVerificationResult result)
    {
        using var hasher = new SlowHasher();
        using var check = new PasswordCheck(hasher);
        Assert.Equal(result, (await check.VerifyAsync(Priya, typed, Newcomers.Cancel)).Value);
    }

    [Fact]
    public async Task Nobody_and_a_person_without_a_password_cost_a_hash_and_fail()
    {
        using var hasher = new SlowHasher();
        using var check = new PasswordCheck(hasher);
        Assert.Equal(PasswordVerificationResult.Failed, (await check.VerifyAsync(null, "right", Newcomers.Cancel)).Value);
        Assert.Equal(PasswordVerificationResult.Failed, (await check.VerifyAsync(new(), "right", Newcomers.Cancel)).Value);
        Assert.Equal(2, hasher.Verified);
    }

    [Fact]
    public async Task Flood_takes_half_of_the_processors_and_the_rest_of_it_is_sent_away()
    {
        using var hasher = new SlowHasher();
        hasher.Door.Reset();
        using var check = new PasswordCheck(hasher);
        var held = Enumerable.Range(0, PasswordCheck.AtOnce).Select(_ => Task.Run(() => check.VerifyAsync(Priya, "right", Newcomers.Cancel))).ToList();
        await hasher.Busy(PasswordCheck.AtOnce);
        var waiting = Enumerable.Range(0, PasswordCheck.MostWaiting).Select(_ => check.VerifyAsync(Priya, "right", Newcomers.Cancel)).ToList();
        var late = await check.VerifyAsync(Priya, "right", Newcomers.Cancel);
        Assert.Equal((FaultCode.RateLimited, TimeSpan.FromSeconds(5)), (late.Fault?.Code, late.Fault?.RetryAfter));

        hasher.Door.Set();
        Assert.All(await Task.WhenAll(held.Concat(waiting)), answer => Assert.True(answer.Succeeded));
        Assert.Equal(PasswordCheck.AtOnce, hasher.MostAtOnce);
        Assert.True((await check.VerifyAsync(Priya, "right", Newcomers.Cancel)).Succeeded);
    }

    /// <summary>Takes the text for its hash, and stays in a check as long as its door is shut.</summary>
    sealed class SlowHasher : IPasswordHasher<Person>, IDisposable
    {
        readonly SemaphoreSlim entered = new(0);
        readonly Lock gate = new();
        int inside;

        public ManualResetEventSlim Door { get; } = new(initialState: true);

        public int Verified { get; private set; }

        public int MostAtOnce { get; private set; }

        public async Task Busy(int times)
        {
            for (var i = 0; i < times; i++)
            {
                await entered.WaitAsync(Newcomers.Cancel);
            }
        }

        public void Dispose()
        {
            entered.Dispose();
            Door.Dispose();
        }

        public string HashPassword(Person user, string password) => password;

        public PasswordVerificationResult VerifyHashedPassword(Person user, string hashedPassword, string providedPassword)
        {
            lock (gate)
            {
                Verified++;
                MostAtOnce = Math.Max(MostAtOnce, ++inside);
            }

            entered.Release();
            Door.Wait(Newcomers.Cancel);
            lock (gate)
            {
                inside--;
            }

            return hashedPassword == providedPassword ? PasswordVerificationResult.Success : PasswordVerificationResult.Failed;
        }
    }
}
