using System.Security.Cryptography;
using Dashboard.Core.DataProtection;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.DataProtection;
using Xunit;

namespace Dashboard.Tests.Unit.DataProtection;

public sealed class ProtectionTests
{
    static readonly string WrapKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task Cookie_of_one_node_is_read_by_another_and_after_a_restart()
    {
        await using var world = TestInstallation.Empty();
        var text = Protect(world.Services);
        Assert.Equal("hello", Unprotect(world.Run(), text));
        Assert.True(Protection.HasPlainKeys(world.Services.Provider));
        Assert.Contains("<masterKey", world.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrapped_keys_are_unreadable_where_they_lie_and_good_with_the_same_wrap_key()
    {
        await using var world = TestInstallation.Empty((ProtectionKeyWrap.Setting, WrapKey));
        var text = Protect(world.Services);
        var again = world.Run((ProtectionKeyWrap.Setting, WrapKey));
        again.Provider.CheckProtectionKeys();
        Assert.Equal("hello", Unprotect(again, text));
        Assert.False(Protection.HasPlainKeys(again.Provider));
        Assert.Contains("<wrapped by=", world.Dump(), StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", world.Dump(), StringComparison.Ordinal);
        Assert.DoesNotContain(WrapKey, world.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_or_missing_wrap_key_fails_startup()
    {
        await using var world = TestInstallation.Empty((ProtectionKeyWrap.Setting, WrapKey));
        Protect(world.Services);
        foreach (var other in new[] { Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), null })
        {
            var wrong = Assert.Throws<SettingException>(() => world.Run((ProtectionKeyWrap.Setting, other)).Provider.CheckProtectionKeys());
            Assert.Matches("^DataProtection:WrapKey is not what the stored key [0-9a-f-]{36} was encrypted with; .*[.]$", wrong.Message);
        }
    }

    [Fact]
    public async Task Keys_older_than_the_wrap_key_still_open_and_are_reported()
    {
        await using var world = TestInstallation.Empty();
        var text = Protect(world.Services);
        var wrapped = world.Run((ProtectionKeyWrap.Setting, WrapKey));
        wrapped.Provider.CheckProtectionKeys();
        Assert.Equal("hello", Unprotect(wrapped, text));
        Assert.True(Protection.HasPlainKeys(wrapped.Provider));
    }

    [Fact]
    public async Task Keys_lie_in_files_where_a_path_is_set()
    {
        await using var world = TestInstallation.Empty(("DataProtection:KeyPath", "keys"));
        Protect(world.Services);
        Assert.Single(Directory.GetFiles(Path.Combine(Path.GetDirectoryName(world.DatabaseFile)!, "keys")), file => file.EndsWith(".xml", StringComparison.Ordinal));
        await using var context = world.Open();
        Assert.Empty(context.ProtectionKeys);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Invalid_wrap_key_fails_startup_and_is_not_echoed(string value)
    {
        await using var world = TestInstallation.Empty();
        var wrong = Assert.Throws<SettingException>(() => world.Run((ProtectionKeyWrap.Setting, value)));
        Assert.StartsWith("DataProtection:WrapKey has to be 32 random bytes in base64", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unwritable_key_path_fails_startup()
    {
        await using var world = TestInstallation.Empty();
        Assert.StartsWith(
            "DataProtection:KeyPath is", Assert.Throws<SettingException>(() => world.Run(("DataProtection:KeyPath", world.DatabaseFile))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrapping_is_fresh_each_time_and_notices_a_changed_bit()
    {
        var wrap = ProtectionKeyWrap.Read(TestInstallation.Configuration((ProtectionKeyWrap.Setting, WrapKey)))!;
        var (first, second) = (wrap.Encrypt("hello"u8), wrap.Encrypt("hello"u8));
        Assert.NotEqual(first, second);
        Assert.Equal("hello"u8, wrap.Decrypt(first));
        for (var i = 0; i < first.Length; i++)
        {
            first[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => wrap.Decrypt(first));
            first[i] ^= 1;
        }

        Assert.Throws<CryptographicException>(() => wrap.Decrypt(new byte[27]));
        var other = ProtectionKeyWrap.Read(TestInstallation.Configuration((ProtectionKeyWrap.Setting, Convert.ToBase64String(new byte[32]))))!;
        Assert.ThrowsAny<CryptographicException>(() => other.Decrypt(second));
        Assert.NotEqual(wrap.Id, other.Id);
    }

    static string Protect(Services services) => services.Get<IDataProtectionProvider>().CreateProtector("test").Protect("hello");

    static string Unprotect(Services services, string text) => services.Get<IDataProtectionProvider>().CreateProtector("test").Unprotect(text);
}
