using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Dashboard.Core.Keys.Format;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Format;

public sealed class KeySecretTests
{
    static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    public static TheoryData<string> HouseStyles => new(RandomTemplates.HouseStyles);

    [Theory]
    [MemberData(nameof(HouseStyles))]
    public void Secret_printed_or_serialized_shows_its_prefix_at_most(string text)
    {
        var key = Mint(text);
        string[] prints =
        [
            key.ToString(), $"{key}", JsonSerializer.Serialize(key), JsonSerializer.Serialize(key, WithFields),
            JsonSerializer.Serialize<object>(key), JsonSerializer.Serialize(new { key }, WithFields),
            JsonSerializer.SerializeToNode(key)!.ToJsonString(),
        ];
        var hidden = key.Reveal()[(key.Prefix.Length + 1)..];
        Assert.All(prints, x => Assert.Contains(key.Prefix, x, StringComparison.Ordinal));
        Assert.All(prints, x => Assert.DoesNotContain(hidden, x, StringComparison.Ordinal));
        Assert.All(prints, x => Assert.DoesNotContain(Convert.ToBase64String(key.Hash), x, StringComparison.Ordinal));
    }

    [Fact]
    public void Secret_in_a_debugger_shows_its_prefix()
    {
        Assert.Equal("{Prefix,nq}", typeof(KeySecret).GetCustomAttribute<DebuggerDisplayAttribute>()?.Value);
        var raw = Assert.Single(typeof(KeySecret).GetFields(BindingFlags.Instance | BindingFlags.NonPublic), x => x.Name == "raw");
        Assert.Equal(DebuggerBrowsableState.Never, raw.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State);
        Assert.DoesNotContain(
            typeof(KeySecret).GetProperties(), x => x.PropertyType == typeof(string) && x.Name is not ("KeyId" or "Prefix"));
    }

    [Fact]
    public void Secret_of_a_key_carries_the_hash_of_the_whole_key()
    {
        var key = Mint(KeyTemplate.Default);
        Assert.Equal(KeyHash.Of(key.Reveal()), key.Hash);
    }

    static KeySecret Mint(string text)
    {
        Assert.True(KeyTemplate.TryParse(text, out var template, out var fault), fault);
        return template.Mint(KeyEnvironment.Live);
    }
}
