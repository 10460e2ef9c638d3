using System.Text.Json;
using Dashboard.Core.Credentials;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace Dashboard.Tests.Unit.Credentials;

public sealed class CredentialReaderTests
{
    static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    const string Own = "X-API-Key";
    const string Short = "API-Key";
    const string Authorization = "Authorization";

    [Theory]
    [InlineData(Own, "abc", "abc")]
    [InlineData("x-api-KEY", "abc", "abc")]
    [InlineData(Short, "abc", "abc")]
    [InlineData(Authorization, "ApiKey abc", "abc")]
    [InlineData(Authorization, "apikey abc", "abc")]
    [InlineData(Authorization, "APIKEY    abc", "abc")]
    [InlineData(Authorization, "Bearer abc", "abc")]
    [InlineData(Authorization, "bEARER  abc", "abc")]
    [InlineData(Authorization, "Bearer a.b", "a.b")]
    [InlineData(Authorization, "Bearer a.b.c.d", "a.b.c.d")]
    [InlineData(Authorization, "ApiKey a.b.c", "a.b.c")]
    [InlineData(Own, "a.b.c", "a.b.c")]
    [InlineData(Own, " abc ", " abc ")]
    [InlineData(Own, "abc, def", "abc, def")]
    [InlineData(Own, "ApiKey abc", "ApiKey abc")]
    [InlineData(Authorization, "ApiKey abc ", "abc ")]
    [InlineData(Authorization, "ApiKey \tabc", "\tabc")]
    [InlineData(Authorization, "ApiKey a\0é\r\n", "a\0é\r\n")]
    public void Read_of_a_key_gives_it_as_it_was_sent(string header, string value, string key) =>
        AssertPresents(CredentialKind.Key, key, Read((header, value)));

    [Theory]
    [InlineData("Bearer a.b.c", "a.b.c")]
    [InlineData("bearer   ..", "..")]
    public void Read_of_a_bearer_with_two_dots_gives_a_jwt_whatever_is_accepted(string value, string jwt)
    {
        AssertPresents(CredentialKind.Jwt, jwt, Read((Authorization, value)));
        AssertPresents(CredentialKind.Jwt, jwt, CredentialReader.Read(Headers((Authorization, value)), acceptBearer: false));
    }

    [Theory]
    [InlineData("Bearer abc")]
    [InlineData("Bearer a.b")]
    [InlineData("Bearer a.b.c.d")]
    [InlineData("Bearer")]
    public void Read_of_a_bearer_that_is_no_jwt_is_invalid_where_bearers_are_off(string value) =>
        AssertRefuses(RefusalCode.InvalidToken, CredentialReader.Read(Headers((Authorization, value)), acceptBearer: false));

    [Fact]
    public void Read_with_bearers_off_takes_the_other_ways_as_before()
    {
        AssertPresents(CredentialKind.Key, "abc", CredentialReader.Read(Headers((Authorization, "ApiKey abc")), acceptBearer: false));
        AssertPresents(CredentialKind.Key, "abc", CredentialReader.Read(Headers((Own, "abc")), acceptBearer: false));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("ApiKeyabc")]
    [InlineData("ApiKeys abc")]
    [InlineData("Bearer\tabc")]
    [InlineData("Bearer:abc")]
    [InlineData(" ApiKey abc")]
    [InlineData("Digest ApiKey abc")]
    [InlineData("\u0001")]
    public void Read_of_another_scheme_presents_nothing(string? value)
    {
        var read = Read((Authorization, value));
        Assert.Equal(CredentialKind.None, read.Kind);
        Assert.Equal(RefusalCode.MissingCredential, read.Refusal);
        Assert.True(read.Reveal().IsEmpty);
    }

    [Fact]
    public void Read_of_no_headers_or_foreign_ones_presents_nothing()
    {
        Assert.Equal(CredentialKind.None, Read().Kind);
        Assert.Equal(CredentialKind.None, Read(
            ("Cookie", "X-API-Key=abc"), ("cp-org", "a"), ("X-Org", "b"), ("Proxy-Authorization", "ApiKey abc")).Kind);
        Assert.Equal(CredentialKind.None, CredentialReader.Read(new HeaderDictionary { [Own] = StringValues.Empty }, true).Kind);
    }

    [Theory]
    [InlineData(Own, null)]
    [InlineData(Own, "")]
    [InlineData(Short, "")]
    [InlineData(Authorization, "ApiKey")]
    [InlineData(Authorization, "ApiKey  ")]
    [InlineData(Authorization, "Bearer")]
    [InlineData(Authorization, "Bearer ")]
    public void Read_of_an_empty_key_is_malformed(string header, string? value) =>
        AssertRefuses(RefusalCode.MalformedKey, Read((header, value)));

    [Theory]
    [InlineData(Own, "")]
    [InlineData(Short, "")]
    [InlineData(Authorization, "ApiKey ")]
    [InlineData(Authorization, "Bearer  ")]
    public void Read_of_a_long_key_is_malformed_beyond_512_characters(string header, string scheme)
    {
        AssertPresents(CredentialKind.Key, new string('x', 512), Read((header, scheme + new string('x', 512))));
        AssertRefuses(RefusalCode.MalformedKey, Read((header, scheme + new string('x', 513))));
        AssertRefuses(RefusalCode.MalformedKey, Read((header, scheme + new string('x', 1 << 20))));
    }

    [Fact]
    public void Read_of_a_long_jwt_gives_it_whole()
    {
        var jwt = $"{new string('a', 2000)}.{new string('b', 2000)}.{new string('c', 2000)}";
        AssertPresents(CredentialKind.Jwt, jwt, Read((Authorization, "Bearer " + jwt)));
    }

    [Theory]
    [InlineData(Own, "abc", "abc")]
    [InlineData(Short, "abc", "def")]
    [InlineData(Own, "abc", "")]
    [InlineData(Authorization, "ApiKey abc", "apikey abc")]
    [InlineData(Authorization, "Bearer abc", "Bearer abc")]
    [InlineData(Authorization, "Bearer a.b.c", "Bearer a.b.c")]
    public void Read_of_one_way_used_twice_is_malformed(string header, string first, string second)
    {
        AssertRefuses(RefusalCode.MalformedKey, Read((header, first), (header, second)));
        AssertRefuses(RefusalCode.MalformedKey, CredentialReader.Read(Headers((header, first), (header, second)), acceptBearer: false));
    }

    // Each way alone and combined with all later ones, with a valid and an invalid value.
    [Theory]
    [InlineData(0, "first")]
    [InlineData(1, "second")]
    [InlineData(2, "third")]
    [InlineData(3, "fourth")]
    public void Read_of_several_ways_is_decided_by_the_first_alone(int from, string key)
    {
        (string, string?)[] good = [(Own, "first"), (Short, "second"), (Authorization, "ApiKey third"), (Authorization, "Bearer fourth")];
        (string, string?)[] bad = [(Own, ""), (Short, ""), (Authorization, "ApiKey"), (Authorization, "Bearer ")];
        (string, string?)[] basic = [(Authorization, "Basic abc")];
        AssertPresents(CredentialKind.Key, key, Read([.. basic, .. good[from..].Reverse()]));
        AssertRefuses(RefusalCode.MalformedKey, Read([bad[from], .. basic]));
        AssertRefuses(RefusalCode.MalformedKey, Read([.. bad[from..]]));
        if (from < good.Length - 1)
        {
            // empty is not sent
            AssertPresents(
                CredentialKind.Key, good[from + 1].Item2!.Split(' ')[^1], Read([.. bad[..(from + 1)], .. good[(from + 1)..], .. basic]));
        }

        AssertRefuses(RefusalCode.MalformedKey, Read([good[from], good[from], .. good[(from + 1)..]]));
    }

    [Fact]
    public void Read_of_hostile_values_never_throws_and_gives_only_what_was_sent()
    {
        var random = new Xorshift(5);
        string[] scraps = ["ApiKey", "apikey ", "Bearer ", "bearer", "Basic ", "Bearer a.b.c",
            "Bearer a", " ", ".", "..", "\0", "\n", "é", "\ud800", "nk_live_", ""];
        var kinds = new int[4];
        for (var i = 0; i < 20_000; i++)
        {
            var headers = new HeaderDictionary();
            var sent = new List<string?>();
            foreach (var name in new[] { Own, Short, Authorization, "X-Org" })
            {
                var values = new string?[random.Below(3) == 0 ? random.Below(3) : name == Authorization ? 1 : 0];
                for (var j = 0; j < values.Length; j++)
                {
                    values[j] = random.Below(10) switch
                    {
                        0 => null,
                        1 => random.Garbage(random.Below(1200)),
                        _ => string.Concat(Enumerable.Range(0, random.Below(6)).Select(_ => random.Pick(scraps))),
                    };
                }
                headers[name] = values;
                sent.AddRange(name == "X-Org" ? [] : values);
            }
            var read = CredentialReader.Read(headers, random.Flip());
            var text = read.Reveal().ToString();
            kinds[(int)read.Kind]++;
            Assert.Equal(read.Kind.ToString(), read.ToString());
            Assert.Equal(read.Kind is CredentialKind.Key or CredentialKind.Jwt, text.Length > 0);
            Assert.Equal(read.Kind is CredentialKind.Key or CredentialKind.Jwt, read.Refusal is null);
            Assert.True(text.Length <= 512 || read.Kind == CredentialKind.Jwt);
            Assert.True(read.Kind != CredentialKind.Jwt || text.Count(x => x == '.') == 2);
            Assert.True(text.Length == 0 || sent.Exists(x => x is not null && x.EndsWith(text, StringComparison.Ordinal)));
        }
        Assert.All(kinds, x => Assert.True(x > 200));
    }

    [Fact]
    public void Read_of_a_key_allocates_nothing()
    {
        HeaderDictionary[] all =
            [Headers((Own, "abc")), Headers((Authorization, "Bearer abc")), Headers((Authorization, "Bearer a.b.c")), Headers()];
        var length = Array.ConvertAll(all, x => CredentialReader.Read(x, true).Reveal().Length).Sum();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            foreach (var headers in all)
            {
                length += CredentialReader.Read(headers, true).Reveal().Length;
            }
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(11 * 101, length);
    }

    [Fact]
    public void Credential_printed_or_serialized_shows_only_its_kind()
    {
        var read = Read((Authorization, "Bearer secret-abc"));
        Assert.Equal("Key", read.ToString());
        Assert.Equal("Key", $"{read}");
        var json = JsonSerializer.Serialize(read, WithFields);
        Assert.DoesNotContain("secret", json, StringComparison.Ordinal);
    }

    static PresentedCredential Read(params (string Name, string? Value)[] headers) =>
        CredentialReader.Read(Headers(headers), acceptBearer: true);

    static HeaderDictionary Headers(params (string Name, string? Value)[] headers)
    {
        var made = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            made[name] = StringValues.Concat(made[name], new StringValues([value]));
        }
        return made;
    }

    static void AssertPresents(CredentialKind kind, string secret, PresentedCredential read)
    {
        Assert.Equal((kind, secret, null), (read.Kind, read.Reveal().ToString(), read.Refusal));
    }

    static void AssertRefuses(RefusalCode code, PresentedCredential read)
    {
        Assert.Equal((CredentialKind.Refused, "", code), (read.Kind, read.Reveal().ToString(), read.Refusal));
    }
}
