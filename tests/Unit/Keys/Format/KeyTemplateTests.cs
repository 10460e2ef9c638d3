using System.Text.RegularExpressions;
using Dashboard.Core.Keys.Format;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Format;

public sealed class KeyTemplateTests
{
    // The checksums were computed with Python's zlib.crc32.
    [Theory]
    [InlineData("nk_{env}_{id:8}_{secret:32}", "nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH")]
    [InlineData("nk_{env}_{id:8}_{secret:32}", "nk_test_Zz90YyXx_abcdefghijklmnopqrstuvwxyz2X3Bl6")]
    [InlineData("nk_{env}_{hex:64}", "nk_live_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("nk_{env}_{hex:64}", "nk_test_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ak-{uuid}{secret:32}", "ak-0123456789abcdef0123456789abcdefZYXWVUTSRQPONMLKJIHGFEDCBA1z88Bm")]
    [InlineData("sk_{env}_{secret:32}", "sk_test_AbCdEfGhIjKlMnOpQrStUvWxYz3HBM3g")]
    [InlineData("sk_{env}_{secret:32}", "sk_live_0000000000000000000000059900AxdW")]
    public void Fits_of_a_known_key_is_true_for_its_template_alone(string template, string key) =>
        Assert.Equal([template], RandomTemplates.HouseStyles.Where(x => Parse(x).Fits(key)));

    [Theory]
    [InlineData("nk_{env}_{id:8}_{secret:32}", "nk_prod_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ0AlR1Z")]
    [InlineData("nk_{env}_{id:8}_{secret:32}", "nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjh")]
    [InlineData("nk_{env}_{id:8}_{secret:32}", "nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\n")]
    [InlineData("nk_{env}_{id:8}_{secret:32}", " nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH")]
    [InlineData("nk_{env}_{id:8}_{secret:32}", "nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xj")]
    [InlineData("nk_{env}_{hex:64}", "nk_live_0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("nk_{env}_{hex:64}", "nk_Live_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("nk_{env}_{hex:64}", "")]
    public void Fits_of_a_near_miss_is_false(string template, string text) => Assert.False(Parse(template).Fits(text));

    [Theory]
    [InlineData("nk_{env}_{id:8}_{secret:32}", 49, true, true, true)]
    [InlineData("nk_{env}_{hex:64}", 72, false, false, true)]
    [InlineData("ak-{uuid}{secret:32}", 67, true, true, false)]
    [InlineData("sk_{env}_{secret:32}", 40, true, false, true)]
    public void Template_of_a_house_style_reports_its_parts(string text, int length, bool checksum, bool publicId, bool environment)
    {
        var template = Parse(text);
        Assert.Equal(text, template.Text);
        Assert.Equal(text, template.ToString());
        Assert.Equal((length, checksum, publicId, environment),
            (template.KeyLength, template.HasChecksum, template.HasPublicId, template.HasEnvironment));
    }

    [Fact]
    public void Default_template_is_legal_and_the_first_house_style() =>
        Assert.Equal(RandomTemplates.HouseStyles[0], Parse(KeyTemplate.Default).Text);

    [Theory]
    [InlineData("nk_{env}_{id:8}_{secret:32}", @"^(?<prefix>nk_test_(?<id>[0-9A-Za-z]{8}))_[0-9A-Za-z]{32}\z")]
    [InlineData("nk_{env}_{hex:64}", @"^(?<prefix>nk_test_[0-9a-f]{4})[0-9a-f]{60}\z")]
    [InlineData("ak-{uuid}{secret:32}", @"^(?<prefix>ak-(?<id>[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}))[0-9A-Za-z]{32}\z")]
    [InlineData("sk_{env}_{secret:32}", @"^(?<prefix>sk_test_[0-9A-Za-z]{4})[0-9A-Za-z]{28}\z")]
    [InlineData("x-{id:9}--{hex:33}", @"^(?<prefix>x-(?<id>[0-9A-Za-z]{9})-)-[0-9a-f]{33}\z")]
    [InlineData("x{id:8}{env}{secret:28}", @"^(?<prefix>x(?<id>[0-9A-Za-z]{8})test)[0-9A-Za-z]{28}\z")]
    [InlineData("_{hex:36}", @"^(?<prefix>_[0-9a-f]{4})[0-9a-f]{32}\z")]
    public void Mint_of_a_template_makes_its_shape_prefix_and_id(string text, string shape)
    {
        var template = Parse(text);
        var key = template.Mint(KeyEnvironment.Test);
        var match = Regex.Match(key.Reveal(), shape, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.True(match.Success, text);
        Assert.Equal(match.Groups["prefix"].Value, key.Prefix);
        Assert.True(template.Fits(key.Reveal()));
        if (template.HasPublicId)
        {
            Assert.Equal(match.Groups["id"].Value, key.KeyId);
        }
        else
        {
            Assert.True(key.KeyId.Length == 8 && Base62.IsAll(key.KeyId), key.KeyId);
            Assert.DoesNotContain(key.KeyId, key.Reveal(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Mint_of_an_unknown_environment_throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Parse("ak-{uuid}{secret:32}").Mint((KeyEnvironment)2));

    [Fact]
    public void Mint_of_ten_thousand_keys_repeats_neither_secret_nor_id()
    {
        var template = Parse(KeyTemplate.Default);
        var keys = Enumerable.Range(0, 10_000).Select(_ => template.Mint(KeyEnvironment.Live)).ToList();
        Assert.Equal(keys.Count, keys.Select(x => x.KeyId).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(keys.Count, keys.Select(x => x.Reveal()[17..43]).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("nk_{env}_{id:8}_{secret:32}")]
    [InlineData("ak-{uuid}{secret:32}")]
    [InlineData("sk_{env}_{secret:32}")]
    public void Fits_after_one_changed_character_is_false_where_there_is_a_checksum(string text)
    {
        var template = Parse(text);
        ForEachChange(template, (key, changed, _, _) =>
        {
            Assert.False(template.Fits(changed), changed);
            Assert.NotEqual(key.Hash, KeyHash.Of(changed));
        });
    }

    [Fact]
    public void Fits_without_a_checksum_detects_changes_except_of_hex_digits()
    {
        var template = Parse("nk_{env}_{hex:64}");
        var fitting = 0;
        ForEachChange(template, (key, changed, at, to) =>
        {
            var fits = template.Fits(changed);
            Assert.True(fits == (at >= "nk_live_".Length && "0123456789abcdef".Contains(to)), changed);
            Assert.NotEqual(key.Hash, KeyHash.Of(changed));
            fitting += fits ? 1 : 0;
        });
        Assert.InRange(fitting, 500, 3000);
    }

    [Fact]
    public void Fits_of_any_text_allocates_nothing()
    {
        var template = Parse(KeyTemplate.Default);
        string[] texts =
            [template.Mint(KeyEnvironment.Live).Reveal(), "nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjh", "", new('x', 100_000)];
        var fitting = CountFitting(template, texts);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            fitting += CountFitting(template, texts);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(101, fitting);
    }

    static int CountFitting(KeyTemplate template, string[] texts)
    {
        var count = 0;
        foreach (var text in texts)
        {
            count += template.Fits(text) ? 1 : 0;
        }
        return count;
    }

    /// <summary>Returns 10,000 changes of one character in 100 keys, to printable ASCII, a control character or a non-ASCII
    /// character.</summary>
    static void ForEachChange(KeyTemplate template, Action<KeySecret, string, int, char> check)
    {
        var random = new Xorshift(0x5EED);
        for (var i = 0; i < 100; i++)
        {
            var key = template.Mint(i % 2 == 0 ? KeyEnvironment.Live : KeyEnvironment.Test);
            for (var j = 0; j < 100;)
            {
                var changed = key.Reveal().ToCharArray();
                var at = random.Below(changed.Length);
                var to = random.Below(20) switch
                {
                    0 => '\n',
                    1 => 'é',
                    < 12 =>
                    random.Pick(Base62.Digits.ToCharArray()),
                    _ => (char)random.Between(' ', '~')
                };
                if (changed[at] != to)
                {
                    changed[at] = to;
                    check(key, new string(changed), at, to);
                    j++;
                }
            }
        }
    }

    static KeyTemplate Parse(string text)
    {
        Assert.True(KeyTemplate.TryParse(text, out var template, out var fault), fault);
        return template;
    }
}
