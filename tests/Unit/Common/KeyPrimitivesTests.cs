using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class KeyPrimitivesTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Crc32_of_a_known_text_is_zlibs(string text, uint crc) =>
        Assert.Equal(crc, Crc32.HashToUInt32(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(0u, "000000")]
    [InlineData(61u, "00000z")]
    [InlineData(62u, "000010")]
    [InlineData(uint.MaxValue, "4gfFC3")]
    public void Base62_of_a_number_is_padded_to_six(uint value, string text)
    {
        var six = new char[6];
        Base62.Write(value, six);
        Assert.Equal(text, new string(six));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("09AZaz", true)]
    [InlineData("a_b", false)]
    [InlineData("aéb", false)]
    [InlineData("a\0b", false)]
    public void Base62_recognizes_its_digits(string text, bool all) => Assert.Equal(all, Base62.IsAll(text));

    [Theory]
    [InlineData("nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH", "287f3707109265539d1698770e416a75ce7ff209a2a7236a7284237ae570ba4a")]
    [InlineData("é€😀", "df9226927fd572c1ee66eec85de1bb139497614899f36e4e90474cb71f6ef9d0")]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void Hash_of_a_known_text_is_sha256_of_its_utf8(string raw, string hex) =>
        Assert.Equal(hex, Convert.ToHexStringLower(KeyHash.Of(raw)));

    [Theory]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(1 << 20)]
    public void Hash_of_a_long_text_is_that_of_all_of_it(int length)
    {
        var raw = new string('€', length);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(raw)), KeyHash.Of(raw));
    }

    [Fact]
    public void Hash_into_a_span_allocates_nothing_up_to_512_characters()
    {
        var raw = new string('€', KeyTemplate.MaxKeyLength);
        Span<byte> hash = stackalloc byte[KeyHash.Length];
        KeyHash.Of(raw, hash);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            KeyHash.Of(raw, hash);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Hash_into_too_short_a_span_throws() => Assert.Throws<ArgumentException>(() => KeyHash.Of("x", new byte[31]));

    [Theory]
    [InlineData("live", KeyEnvironment.Live)]
    [InlineData("test", KeyEnvironment.Test)]
    public void Environment_of_its_word_is_read_back(string word, KeyEnvironment environment)
    {
        Assert.Equal(word, environment.ToWireName());
        Assert.Equal(environment, KeyEnvironments.Parse(word));
        Assert.True(KeyEnvironments.TryParse(word, out var read));
        Assert.Equal(environment, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Live")]
    [InlineData("TEST")]
    [InlineData(" live")]
    [InlineData("0")]
    [InlineData("prod")]
    public void Environment_of_another_word_is_none(string word)
    {
        Assert.False(KeyEnvironments.TryParse(word, out _));
        Assert.Throws<FormatException>(() => KeyEnvironments.Parse(word));
    }

    // The statistic X = sum (seen - expected)^2 / expected has a chi-square distribution with k = digits - 1 degrees of freedom. By Laurent
    // and Massart, P(X >= k + 2 sqrt(kx) + 2x) <= e^-x. x = 24 gives 186 for k = 61 and 101 for k = 15, so random digits exceed each limit
    // below with a probability under 4e-11, which leaves room for the approximation.
    const double Base62Limit = 200;
    const double HexLimit = 110;

    [Fact]
    public void Random_digits_are_equally_likely() =>
        Assert.InRange(Statistic(Base62.Random(62 * 2000), Base62.Digits), 0, Base62Limit);

    [Fact]
    public void Minted_digits_are_equally_likely()
    {
        Assert.InRange(Statistic(Minted("x_{id:64}{secret:300}", 65, 294), Base62.Digits), 0, Base62Limit);
        Assert.InRange(Statistic(Minted("x_{uuid}{hex:300}", 34, 300), "0123456789abcdef"), 0, HexLimit);
        Assert.InRange(Statistic(Minted("x_{id:64}{hex:300}", 2, 64), Base62.Digits), 0, Base62Limit);
    }

    [Fact]
    public void Digits_taken_by_remainder_of_a_byte_exceed_the_limit()
    {
        var biased = RandomNumberGenerator.GetBytes(62 * 2000).Select(x => Base62.Digits[x % 62]);
        Assert.True(Statistic(string.Concat(biased), Base62.Digits) > Base62Limit);
    }

    static string Minted(string text, int start, int length)
    {
        Assert.True(KeyTemplate.TryParse(text, out var template, out var fault), fault);
        return string.Concat(Enumerable.Range(0, 2000).Select(_ => template.Mint(KeyEnvironment.Live).Reveal().Substring(start, length)));
    }

    static double Statistic(string digits, string alphabet)
    {
        var expected = (double)digits.Length / alphabet.Length;
        var seen = digits.CountBy(x => x).ToDictionary();
        Assert.All(seen.Keys, x => Assert.Contains(x, alphabet));
        return alphabet.Sum(x => Math.Pow(seen.GetValueOrDefault(x) - expected, 2) / expected);
    }
}
