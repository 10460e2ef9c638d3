using System.Security.Cryptography;
using Dashboard.Core.Data;
using Dashboard.Core.DataProtection;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Xunit;

namespace Dashboard.Tests.Unit.DataProtection;

[SqliteOnly("key files beside the database file")]
public sealed class ProtectionTests
{
    static readonly string WrapKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task Cookie_of_one_node_is_read_by_another_and_after_a_restart()
    {
        await using var world = TestInstallation.Empty();
        var text = Protect(world.Services);
        Assert.Equal("hello", Unprotect(world.Run(), text));
        Assert.Contains("<masterKey", Stored(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrapped_keys_are_unreadable_where_they_lie_and_good_with_the_same_wrap_key()
    {
        await using var world = TestInstallation.Empty((ProtectionKeyWrap.Setting, WrapKey));
        var text = Protect(world.Services);
        var again = world.Run((ProtectionKeyWrap.Setting, WrapKey));
        again.Provider.CheckProtectionKeys();
        Assert.Equal("hello", Unprotect(again, text));
        Assert.Contains("<wrapped by=", Stored(world), StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", Stored(world), StringComparison.Ordinal);
        Assert.DoesNotContain(WrapKey, Stored(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_or_missing_wrap_key_fails_startup()
    {
        await using var world = TestInstallation.Empty((ProtectionKeyWrap.Setting, WrapKey));
        Protect(world.Services);
        foreach (var other in new[] { Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), null })
        {
            var wrong = Assert.Throws<SettingException>(() => world.Run((ProtectionKeyWrap.Setting, other)).Provider.CheckProtectionKeys());
            Assert.Matches("^DataProtection:WrapKey is not the key that encrypted the stored key [0-9a-f-]{36}; .*[.]$", wrong.Message);
        }
    }

    [Fact]
    public async Task Keys_that_are_older_than_the_wrap_key_still_open()
    {
        await using var world = TestInstallation.Empty();
        var text = Protect(world.Services);
        var wrapped = world.Run((ProtectionKeyWrap.Setting, WrapKey));
        wrapped.Provider.CheckProtectionKeys();
        Assert.Equal("hello", Unprotect(wrapped, text));
    }

    [Fact]
    public async Task Keys_lie_in_files_beside_the_database_for_their_owner_alone()
    {
        await using var world = TestInstallation.Empty();
        Protect(world.Services);
        var folder = new DirectoryInfo(world.KeyFolder);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, folder.UnixFileMode);
        Assert.Equal((".xml", UnixFileMode.UserRead | UnixFileMode.UserWrite), (
            Assert.Single(folder.GetFiles()).Extension, folder.GetFiles()[0].UnixFileMode));
        Assert.DoesNotContain("masterKey", world.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_moves_the_folder()
    {
        await using var world = TestInstallation.Empty();
        var other = Path.Combine(world.Folder, "other", "keys");
        Protect(world.Run((KeyFolder.Setting, "other/keys")));
        Assert.Single(Directory.GetFiles(other));
        Assert.Equal(Path.Combine(other), KeyFolder.Find(
            TestInstallation.Configuration(("Database:Provider", "SqlServer"), (KeyFolder.Setting, other)), "/")!.Path);
    }

    [Fact]
    public async Task Keys_in_the_database_need_a_wrap_key()
    {
        await using var world = TestInstallation.Empty();
        Assert.Equal(
            "DataProtection:WrapKey is not set, and it encrypts the keys that protect sign-ins, which this Database:Provider stores in the database; "
            + "it must be 32 random bytes in base64, such as `openssl rand -base64 32` prints.",
            Assert.Throws<SettingException>(() => world.Run(("Database:Provider", "SqlServer"))).Message);
        var services = world.Run(("Database:Provider", "SqlServer"), (ProtectionKeyWrap.Setting, WrapKey));
        Assert.IsType<EntityFrameworkCoreXmlRepository<DashboardContext>>(
            services.Get<IOptions<KeyManagementOptions>>().Value.XmlRepository);
        Assert.IsType<ProtectionKeyEncryptor>(services.Get<IOptions<KeyManagementOptions>>().Value.XmlEncryptor);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Invalid_wrap_key_fails_startup_and_is_not_echoed(string value)
    {
        await using var world = TestInstallation.Empty();
        var wrong = Assert.Throws<SettingException>(() => world.Run((ProtectionKeyWrap.Setting, value)));
        Assert.StartsWith("DataProtection:WrapKey must be 32 random bytes in base64", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unwritable_key_path_fails_startup()
    {
        await using var world = TestInstallation.Empty();
        Assert.StartsWith(
            "DataProtection:KeyPath is", Assert.Throws<SettingException>(() =>
                world.Run(("DataProtection:KeyPath", Path.Combine(world.Folder, "latchkey.db")))).Message, StringComparison.Ordinal);
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
        var other = ProtectionKeyWrap.Read(
            TestInstallation.Configuration((ProtectionKeyWrap.Setting, Convert.ToBase64String(new byte[32]))))!;
        Assert.ThrowsAny<CryptographicException>(() => other.Decrypt(second));
        Assert.NotEqual(wrap.Id, other.Id);
    }

    static string Stored(TestInstallation world) => string.Concat(Directory.GetFiles(world.KeyFolder).Select(File.ReadAllText));

    static string Protect(Services services) => services.Get<IDataProtectionProvider>().CreateProtector("test").Protect("hello");

    static string Unprotect(Services services, string text) =>
        services.Get<IDataProtectionProvider>().CreateProtector("test").Unprotect(text);
}
