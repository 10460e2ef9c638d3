using Dashboard.Core.Keys;
using Dashboard.Keys;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class RevocationReasonTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reason_is_stored_shown_and_logged_and_the_first_one_stays()
    {
        var key = await KeyAsync();
        var revoked = (await world.Services.Keys.RevokeAsync(world.Developer, key, Token, RevocationReasons.KeyCompromise)).Value;
        Assert.Equal("key_compromise", revoked.RevocationReason);
        Assert.Equal("""{"reason":"key_compromise"}""", Assert.Single(await Audit.AuditSamples.ReadAsync(world, "key.revoked")).Details);
        await world.Services.Keys.RevokeAsync(world.Developer, key, Token, "another one");
        Assert.Equal("key_compromise", (await world.Services.Keys.GetAsync(world.Viewer, key, Token)).Value.RevocationReason);
    }

    [Fact]
    public async Task Reason_is_trimmed_optional_and_bounded()
    {
        Assert.Null((await world.Services.Keys.RevokeAsync(world.Developer, await KeyAsync(), Token)).Value.RevocationReason);
        Assert.Null((await world.Services.Keys.RevokeAsync(world.Developer, await KeyAsync(), Token, "  ")).Value.RevocationReason);
        var longest = string.Concat(Enumerable.Repeat("😀", 200));
        Assert.Equal(longest,
            (await world.Services.Keys.RevokeAsync(world.Developer, await KeyAsync(), Token, $" {longest} ")).Value.RevocationReason);
        var key = await KeyAsync();
        foreach (var wrong in new[] { new string('a', 201), "two\nlines", "leaked: nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH" })
        {
            Assert.Equal(["reason"], (await world.Services.Keys.RevokeAsync(world.Developer, key, Token, wrong)).Error?.Errors?.Keys);
            Assert.Equal(["reason"], (await world.Services.Keys.RevokeManyAsync(world.Developer, [key], Token, wrong)).Error?.Errors?.Keys);
        }

        Assert.Equal(KeyState.Active, (await world.Services.Keys.GetAsync(world.Developer, key, Token)).Value.State);
    }

    [Fact]
    public async Task Several_keys_have_one_reason_and_deletions_are_one_too()
    {
        string[] keys = [await KeyAsync(), await KeyAsync()];
        await world.Services.Keys.RevokeManyAsync(world.Developer, keys, Token, RevocationReasons.Superseded);
        var third = await KeyAsync();
        await world.Services.Projects.DeleteAsync(world.Admin, new("acme", "orders"), Token);
        await using var context = world.Open();
        Assert.Equal(
            ["superseded", "superseded", "project_deleted"], new[] { keys[0], keys[1], third }.Select(
                id => context.Keys.Single(key => key.KeyId == id).RevocationReason));
    }

    [Fact]
    public void Choice_gives_the_stored_reason_and_words_for_each()
    {
        Assert.All(RevocationReasons.All, reason => Assert.NotEqual(reason, RevocationReasonInput.InWords(reason)));
        Assert.Null(new RevocationReasonInput().Value);
        Assert.Equal("superseded", new RevocationReasonInput { Chosen = "superseded", Text = "ignored" }.Value);
        Assert.Equal("in two lines", new RevocationReasonInput { Chosen = RevocationReasonInput.Other, Text = "in\ntwo lines " }.Value);
        Assert.Null(new RevocationReasonInput { Chosen = RevocationReasonInput.Other, Text = " " }.Value);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    async Task<string> KeyAsync() =>
        (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
}
