using System.Globalization;
using System.Text;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

/// <summary>Lists and searches 2,000 names of 12 scripts. What is expected does not come from a database, so every database lists them byte
/// for byte alike.</summary>
[EveryDatabase]
public sealed class KeyNameOrderTests : IAsyncDisposable
{
    const int Count = 2000;

    static readonly (int First, int Last)[] Scripts =
    [
        (0x0041, 0x005A), (0x00C0, 0x017F), // Latin
        (0x0391, 0x03C9), (0x0410, 0x044F), (0x0531, 0x0556), (0x10D0, 0x10F0), // Greek, Cyrillic, Armenian, Georgian
        (0x05D0, 0x05EA), (0x0621, 0x064A), (0x0905, 0x0939), (0x0E01, 0x0E2E), // Hebrew, Arabic, Devanagari, Thai
        (0xAC00, 0xAC80), (0xFF66, 0xFF9D), (0x4E00, 0x4E80), // Hangul, Katakana of half width, Han
        (0xFF21, 0xFF5A), (0x10400, 0x1044F), // Latin of full width, Deseret, which takes two UTF-16 code units
    ];

    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_of_many_scripts_are_listed_in_the_order_of_their_bytes()
    {
        var names = AddKeys();
        var expected = names.OrderBy(x => Encoding.UTF8.GetBytes(ComparableText.SortKey(x.Name)), Bytes)
            .ThenBy(x => x.Id, StringComparer.Ordinal).ToList();
        Assert.Equal(expected, await WalkAsync(new(TestInstallation.Orders, Limit: 200, Sort: KeySort.Name, Descending: false)));
        Assert.Equal(
            Enumerable.Reverse(expected), await WalkAsync(new(TestInstallation.Orders, Limit: 77, Sort: KeySort.Name, Descending: true)));
    }

    [Fact]
    public async Task Names_of_many_scripts_are_found_however_they_are_written()
    {
        var names = AddKeys();
        var random = new Xorshift(12);
        for (var i = 0; i < 100; i++)
        {
            var runes = names[random.Below(Count)].Name.EnumerateRunes().ToList();
            var part = string.Concat(runes.Skip(random.Below(2)).Take(1 + random.Below(3)));
            var search = (i % 4) switch
            {
                0 => part.ToUpperInvariant(),
                1 => part.ToLowerInvariant(),
                2 => part.Normalize(NormalizationForm.FormD),
                _ => part.Normalize(NormalizationForm.FormKC),
            };
            var expected = names.Where(x => ComparableText.Fold(x.Name).Contains(ComparableText.Fold(search), StringComparison.Ordinal))
                .OrderBy(x => Encoding.UTF8.GetBytes(ComparableText.SortKey(x.Name)), Bytes).ThenBy(x => x.Id, StringComparer.Ordinal);
            Assert.Equal(
                expected, await WalkAsync(new(TestInstallation.Orders, Search: search, Limit: 200, Sort: KeySort.Name, Descending: false)));
        }
    }

    [Theory]
    [InlineData("\u00FCber", "\u00DCber prod")]
    [InlineData("u\u0308BER", "\u00DCber prod")]
    [InlineData("\u043A\u043B\u044E\u0447", "\u041A\u043B\u044E\u0447")]
    [InlineData("%", "100 %")]
    [InlineData("a_b", "a_b")]
    [InlineData("[x]", "[x]")]
    [InlineData("\\", "C:\\")]
    public async Task Name_is_found_without_regard_to_case_and_composition(string search, string name)
    {
        foreach (var text in new[] { "\u00DCber prod", "\u041A\u043B\u044E\u0447", "100 %", "a_b", "axb", "[x]", "x", "C:\\", "plain" })
        {
            await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, text), Token);
        }

        Assert.Equal([name], (await WalkAsync(new(TestInstallation.Orders, Search: search))).Select(x => x.Name));
    }

    [Fact]
    public async Task Identifier_and_prefix_are_found_by_their_own_case_only()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key;
        var swapped = string.Concat(key.KeyId.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));
        Assert.Single(await WalkAsync(new(TestInstallation.Orders, Search: key.KeyId)));
        Assert.Single(await WalkAsync(new(TestInstallation.Orders, Search: key.Prefix)));
        Assert.Empty(await WalkAsync(new(TestInstallation.Orders, Search: swapped)));
        Assert.Empty(await WalkAsync(new(TestInstallation.Orders, Search: key.Prefix.ToUpperInvariant())));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static Comparer<byte[]> Bytes { get; } = Comparer<byte[]>.Create((one, other) => one.AsSpan().SequenceCompareTo(other));

    List<(string Id, string Name)> AddKeys()
    {
        var random = new Xorshift(11);
        var names = Enumerable.Range(0, Count)
            .Select(i => (Id: i.ToString("D8", CultureInfo.InvariantCulture), Name: Name(random, i))).ToList();
        var project = world.ProjectId(TestInstallation.Orders);
        using var context = world.Open();
        context.AddRange(names.Select(x => new ApiKey
        {
            KeyId = x.Id,
            Hash = KeyHash.Of(x.Id),
            Prefix = $"nk_live_{x.Id}",
            ProjectId = project,
            Name = x.Name,
            Environment = KeyEnvironment.Live,
            State = KeyState.Active,
            Permissions = "read",
            AllResources = true,
            OwnerType = PartyType.User,
            OwnerId = world.Developer.Id,
            CreatedBy = world.Developer.Id,
            CreatedAt = TestInstallation.Start,
        }));
        context.SaveChanges();
        world.CountKeys();
        return names;
    }

    static string Name(Xorshift random, int i)
    {
        var (first, last) = Scripts[i % Scripts.Length];
        var name = string.Concat(
            Enumerable.Range(0, 1 + random.Below(5)).Select(_ => char.ConvertFromUtf32(first + random.Below(last - first + 1))));
        return i % 3 == 0 ? name.Normalize(NormalizationForm.FormD) : name;
    }

    async Task<List<(string Id, string Name)>> WalkAsync(KeyQuery query)
    {
        var shown = new List<(string, string)>();
        do
        {
            var page = (await world.Services.KeyLists.ListAsync(world.Viewer, query, Token)).Value;
            shown.AddRange(page.Items.Select(key => (key.KeyId, key.Name)));
            query = query with { Cursor = page.NextCursor };
        }
        while (query.Cursor is not null);
        return shown;
    }
}
