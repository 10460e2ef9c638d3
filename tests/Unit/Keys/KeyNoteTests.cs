using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyNoteTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("  ", null)]
    [InlineData("  GitHub secret DEPLOY_KEY of acme/orders 🔑 ", "GitHub secret DEPLOY_KEY of acme/orders 🔑")]
    public async Task Note_is_stored_without_white_space_around_it(string? note, string? stored)
    {
        var key = (await CreateAsync(note)).Value.Key;
        Assert.Equal(stored, key.Note);
        Assert.Equal(stored, (await world.Services.Keys.GetAsync(world.Viewer, key.KeyId, Token)).Value.Note);
        await using var context = world.Open();
        Assert.Contains(stored is null ? "\"note\":null"
            : "\"note\":\"GitHub secret", (await context.AuditEntries.SingleAsync(Token)).Details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("two\u2028lines")]
    [InlineData("a\tb")]
    [InlineData("a\u202Eb")]
    [InlineData("a\uFFFDb")]
    public async Task Note_is_one_paragraph_without_control_characters(string note)
    {
        var before = world.Dump();
        Assert.Equal(
            "Use letters, digits, spaces and symbols only, without line breaks.", (await CreateAsync(note)).Error?.Errors?["note"]);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Note_has_at_most_500_characters()
    {
        var longest = string.Concat(Enumerable.Repeat("🔑", 500));
        Assert.Equal(longest, (await CreateAsync(longest)).Value.Key.Note);
        Assert.Equal("Use 500 characters or fewer. This text has 501.", (await CreateAsync(longest + "x")).Error?.Errors?["note"]);
    }

    [Fact]
    public async Task Note_that_contains_a_key_is_refused_and_not_stored()
    {
        var raw = KeyTemplate.OfDefault.Mint(KeyEnvironment.Live).Reveal();
        var key = (await CreateAsync(null)).Value.Key.KeyId;
        var before = world.Dump();
        foreach (var error in new[] { (await CreateAsync($"the key is '{raw}'")).Error, (
            await world.Services.Keys.ChangeAsync(world.Developer, key, new(Note: raw), Token)).Error })
        {
            Assert.Equal(
                "The note contains a key. Notes are stored and visible to others, so say where the key is instead.",
                error?.Errors?["note"]);
        }

        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Note_is_changed_and_removed_and_each_change_is_logged()
    {
        var key = (await CreateAsync("Vault")).Value.Key.KeyId;
        Assert.Equal("Vault", (await ChangeAsync(key, new("Renamed"))).Note);
        Assert.Equal("GitHub", (await ChangeAsync(key, new(Note: " GitHub "))).Note);
        Assert.Equal("GitHub", (await ChangeAsync(key, new(Note: "GitHub"))).Note); // no change
        Assert.Null((await ChangeAsync(key, new(Note: ""))).Note);
        await using var context = world.Open();
        Assert.Equal(
            ["""{"from":"Vault","to":"GitHub"}""", """{"from":"GitHub","to":null}"""],
            await context.AuditEntries.Where(x => x.Action == "key.note_changed").OrderBy(x => x.Sequence)
                .Select(x => x.Details).ToListAsync(Token));
    }

    [Fact]
    public async Task Search_finds_parts_of_notes()
    {
        await CreateAsync("GitHub secret of 100% orders");
        await CreateAsync(null);
        foreach (var (search, count) in new[] { ("SECRET of", 1), ("%", 1), ("_", 0), ("backend", 2) })
        {
            Assert.Equal(
                count, (await world.Services.KeyLists.ListAsync(
                    world.Viewer, new(TestInstallation.Orders, Search: search), Token)).Value.Items.Count);
            Assert.Equal(
                count, (await world.Services.KeyLists.CountAsync(world.Viewer, new(TestInstallation.Orders, Search: search), Token)).Value);
        }
    }

    [Fact]
    public async Task Repeat_with_another_note_is_another_request()
    {
        var asked = new NewKey(TestInstallation.Orders, "Backend", IdempotencyKey: "once", Note: "Vault");
        var key = (await world.Services.Keys.CreateAsync(world.Developer, asked, Token)).Value.Key.KeyId;
        Assert.Equal((ErrorCode.AlreadyCreated, key), Fault(
            await world.Services.Keys.CreateAsync(world.Developer, asked with { Note = " Vault " }, Token)));
        Assert.Equal((ErrorCode.Conflict, null), Fault(
            await world.Services.Keys.CreateAsync(world.Developer, asked with { Note = "GitHub" }, Token)));
        Assert.Equal(
            (ErrorCode.Conflict, null), Fault(await world.Services.Keys.CreateAsync(world.Developer, asked with { Note = null }, Token)));

        static (ErrorCode?, string?) Fault(Result<IssuedKey> result) => (result.Error?.Code, result.Error?.CreatedId);
    }

    Task<Result<IssuedKey>> CreateAsync(string? note) =>
        world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend", Note: note), Token);

    async Task<KeySummary> ChangeAsync(string key, KeyPatch patch) =>
        (await world.Services.Keys.ChangeAsync(world.Developer, key, patch, Token)).Value;
}
