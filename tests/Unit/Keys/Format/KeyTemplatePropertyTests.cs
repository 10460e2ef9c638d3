using System.Text;
using System.Text.RegularExpressions;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Format;

public sealed class KeyTemplatePropertyTests
{
    [Fact]
    public void Template_made_up_by_the_rules_mints_keys_that_keep_them()
    {
        var random = new Xorshift(1);
        var secrets = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 200; i++)
        {
            var text = RandomTemplates.Legal(random);
            Assert.True(KeyTemplate.TryParse(text, out var template, out var fault), $"{text}: {fault}");
            foreach (var environment in Enum.GetValues<KeyEnvironment>())
            {
                AssertKeeps(template, environment, template.Mint(environment));
                Assert.True(secrets.Add(template.Mint(environment).Reveal()), text);
            }
        }
    }

    [Fact]
    public void Template_made_up_with_a_fault_is_refused_by_its_sentence()
    {
        var random = new Xorshift(2);
        for (var i = 0; i < 200; i++)
        {
            var (text, names) = RandomTemplates.Illegal(random);
            Assert.False(KeyTemplate.TryParse(text, out var template, out var fault), text);
            Assert.Null(template);
            Assert.True(fault.Contains(names, StringComparison.Ordinal), $"{text}: {fault}");
            KeyTemplateErrorTests.AssertSentence(fault);
        }
    }

    [Fact]
    public void Template_of_hostile_text_is_legal_and_mints_or_is_refused_by_a_sentence()
    {
        string[] scraps =
            ["{", "}", ":", "{env}", "{id:8}", "{id:", "{uuid}", "{secret:32}", "{hex:64}", "nk", "_", "-", "8", "\0", "{}", "é", "😀"];
        var random = new Xorshift(3);
        var legal = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = random.Below(4) == 0 ? random.Garbage(random.Below(40))
                : string.Concat(Enumerable.Range(0, random.Below(8)).Select(_ => random.Pick(scraps)));
            if (KeyTemplate.TryParse(text, out var template, out var fault))
            {
                Assert.Null(fault);
                AssertKeeps(template, KeyEnvironment.Live, template.Mint(KeyEnvironment.Live));
                legal++;
            }
            else
            {
                Assert.Null(template);
                KeyTemplateErrorTests.AssertSentence(fault);
            }
        }
        Assert.InRange(legal, 20, 10_000);
    }

    // Describes the shapes a second time, as regular expressions. With a checksum, at most one text in 2^32 matches by chance, and the
    // texts
    // are the same in every run.
    [Theory]
    [InlineData("nk_{env}_{id:8}_{secret:32}", @"^nk_(live|test)_[0-9A-Za-z]{8}_[0-9A-Za-z]{32}\z", true)]
    [InlineData("nk_{env}_{hex:64}", @"^nk_(live|test)_[0-9a-f]{64}\z", false)]
    [InlineData("ak-{uuid}{secret:32}", @"^ak-[0-9a-f]{32}[0-9A-Za-z]{32}\z", true)]
    [InlineData("sk_{env}_{secret:32}", @"^sk_(live|test)_[0-9A-Za-z]{32}\z", true)]
    public void Fits_of_random_text_never_takes_what_was_not_minted(string text, string shape, bool checksum)
    {
        Assert.True(KeyTemplate.TryParse(text, out var template, out _));
        var regex = new Regex(shape, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        var random = new Xorshift(4);
        var shaped = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var presented = Hostile(random, template);
            var isShaped = regex.IsMatch(presented);
            shaped += isShaped ? 1 : 0;
            Assert.True(template.Fits(presented) == (isShaped && !checksum), presented);
        }
        Assert.InRange(shaped, 1000, 19_000);
    }

    /// <summary>Returns a text with the template's literals and random characters for its tokens, in most cases with one mistake.</summary>
    static string Hostile(Xorshift random, KeyTemplate template)
    {
        var text = new StringBuilder(template.Text)
            .Replace("{env}", random.Flip() ? "live" : "test").Replace("{id:8}", random.Text(Base62.Digits, 8))
            .Replace("{uuid}", random.Text("0123456789abcdef", 32)).Replace("{secret:32}", random.Text(Base62.Digits, 32))
            .Replace("{hex:64}", random.Text("0123456789abcdef", 64));
        switch (random.Below(6))
        {
            case 0: return random.Garbage(template.KeyLength);
            case 1: return random.Garbage(random.Below(600));
            case 2: text.Remove(random.Below(text.Length), 1); break;
            case 3: text.Insert(random.Below(text.Length + 1), random.Garbage(1)); break;
            case 4: text[random.Below(text.Length)] = random.Garbage(1)[0]; break;
            default: break;
        }
        return text.ToString();
    }

    static void AssertKeeps(KeyTemplate template, KeyEnvironment environment, KeySecret key)
    {
        var raw = key.Reveal();
        var context = $"{template}: {key}";
        Assert.True(template.Fits(raw), context);
        Assert.True(raw.Length == template.KeyLength && raw.Length <= KeyTemplate.MaxKeyLength, context);
        Assert.Equal(KeyHash.Of(raw), key.Hash);
        Assert.True(raw.StartsWith(key.Prefix, StringComparison.Ordinal), context);
        Assert.True(template.HasEnvironment == template.Text.Contains("{env}", StringComparison.Ordinal), context);
        Assert.True(!template.HasEnvironment || raw.Contains(environment.ToWireName(), StringComparison.Ordinal), context);

        var size = int.Parse(template.Text[(template.Text.LastIndexOf(':') + 1)..^1], System.Globalization.CultureInfo.InvariantCulture);
        var before = raw[..^size];
        if (template.HasPublicId)
        {
            Assert.True(before.Contains(key.KeyId, StringComparison.Ordinal) && key.KeyId.Length is >= 8 and <= 64, context);
            Assert.Equal(before[^1] is '_' or '-' ? before[..^1] : before, key.Prefix);
        }
        else
        {
            Assert.True(key.KeyId.Length == 8 && Base62.IsAll(key.KeyId), context);
            Assert.Equal(raw[..(before.Length + 4)], key.Prefix);
        }
        var hidden = template.HasChecksum ? raw.Length - key.Prefix.Length - 6 : raw.Length - key.Prefix.Length;
        Assert.True(hidden * (template.HasChecksum ? Math.Log2(62) : 4) >= 128, context);
    }
}
