using Dashboard.Core.Usage;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Verification;

/// <summary>Two nodes on one database, one of which temporarily loses it.</summary>
public sealed class CutOffTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Node_without_its_database_answers_from_memory_for_thirty_seconds_then_that_it_cannot_tell_and_recovers_by_itself()
    {
        var (outage, clock) = (new Outage(), new AdvancedClock());
        await using var cut = new Product().With(outage.Register).With(clock);
        cut.Start();
        await using var other = new Product(cut.Folder);
        other.Start();
        using var owner = await Caller.SignInAsync(other.Url, Token);
        var (known, revoked, fresh) =
            (await CreateAsync(owner, "known"), await CreateAsync(owner, "revoked"), await CreateAsync(owner, "fresh"));
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal("200 valid", await AskAsync(cut, known.Raw));
            Assert.Equal("200 valid", await AskAsync(cut, revoked.Raw));
            await cut.Services.GetRequiredService<FirstUses>().FlushAsync(Token); // changes the key, so that it is read again
        }

        outage.Failure = Outage.DatabaseUnavailable;
        (await owner.DeleteAsync($"/api/keys/{revoked.Id}", Token)).EnsureSuccessStatusCode().Dispose();
        clock.Advance(TimeSpan.FromSeconds(15)); // in addition to the elapsed real time
        Assert.Equal("200 valid", await AskAsync(cut, known.Raw));
        Assert.Equal("200 valid", await AskAsync(cut, revoked.Raw)); // it cannot know
        Assert.Equal("503 verification_unavailable", await AskAsync(cut, fresh.Raw));
        // it may be new, so it is not called invalid
        Assert.Equal("503 verification_unavailable", await AskAsync(cut, fresh.Raw[..^9] + "AAAAAAAAA"));
        clock.Advance(TimeSpan.FromSeconds(15));
        foreach (var key in new[] { known, revoked, fresh })
        {
            Assert.Equal("503 verification_unavailable", await AskAsync(cut, key.Raw));
        }

        Assert.Equal("200 valid", await AskAsync(other.Url, known.Raw)); // its database is available
        outage.Failure = null;
        while (await AskAsync(cut, known.Raw) is var answer && answer != "200 valid")
        {
            Assert.Equal("503 verification_unavailable", answer); // never an error of the key
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        }

        Assert.Equal("401 revoked_key", await AskAsync(cut, revoked.Raw));
        Assert.Equal("200 valid", await AskAsync(cut, fresh.Raw));
    }

    static async Task<(string Id, string Raw)> CreateAsync(Caller owner, string name)
    {
        var key = (await owner.CreateKeyAsync(new { name }, Token)).Body;
        return ((string)key["key_id"]!, (string)key["raw_key"]!);
    }

    static Task<string> AskAsync(Product product, string raw) => AskAsync(product.Url, raw);

    /// <summary>Returns the status and the code.</summary>
    static async Task<string> AskAsync(Uri url, string raw)
    {
        var (status, body) = await Caller.PresentAsync(url, raw, Token);
        return $"{(int)status} {body["code"]}".Trim();
    }

    /// <summary>A running clock that can be advanced.</summary>
    sealed class AdvancedClock : TimeProvider
    {
        long ahead;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref ahead);

        public void Advance(TimeSpan by) => Interlocked.Add(ref ahead, (long)(by.TotalSeconds * TimestampFrequency));
    }
}
