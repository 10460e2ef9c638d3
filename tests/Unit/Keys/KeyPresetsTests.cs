using Dashboard.Core.Keys;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyPresetsTests
{
    [Fact]
    public void Three_presets_are_shipped() =>
        Assert.Equal(["Read-only: read, 90", "Deploy: read execute, 90", "Full access: read execute write, 30"], Read());

    [Fact]
    public void Shipped_presets_that_ask_for_unknown_permissions_are_left_out()
    {
        Assert.Equal(
            ["Read-only: read, 90", "Full access: read publish, 30"], Read(("Permissions:0", "read"), ("Permissions:1", "publish")));
        Assert.Equal(["Full access: publish, 30"], Read(("Permissions", null), ("Permissions:publish", "Publish.")));
    }

    [Fact]
    public void Configured_presets_replace_the_shipped_ones_in_their_order()
    {
        Assert.Equal(
            ["Nightly: read, never", "Two: read write, 7", "Ten: execute, 3650"],
            Read(
                ("Keys:Presets:10:Name", "Ten"), ("Keys:Presets:10:Permissions", "execute"), ("Keys:Presets:10:Expiry", "3650"),
                ("Keys:Presets:0:Name", " Nightly "), ("Keys:Presets:0:Permissions:0", "read"), ("Keys:Presets:0:Expiry", "Never"),
                ("Keys:Presets:2:name", "Two"), ("Keys:Presets:2:permissions", "write, read"), ("Keys:Presets:2:expiry", "7")));
    }

    [Fact]
    public void Empty_setting_counts_as_not_set() => Assert.Equal(3, Read(("Keys:Presets", "")).Count());

    [Theory]
    [InlineData("Name", "", "Keys:Presets:0:Name is missing; it must be a name of 1 to 100 characters.")]
    [InlineData("Name", "a\nb", "Keys:Presets:0:Name is \"a\nb\"; it must be a name of 1 to 100 characters.")]
    [InlineData("Permissions", "", "Keys:Presets:0:Permissions is missing; it must list at least one of read, execute, write.")]
    [InlineData("Permissions", "read fly",
        "Keys:Presets:0:Permissions lists \"fly\", which is not a permission; use read, execute, write.")]
    [InlineData("Permissions", "verify",
        "Keys:Presets:0:Permissions lists \"verify\", which is not a permission; use read, execute, write.")]
    [InlineData("Expiry", "", "Keys:Presets:0:Expiry is missing; it must be a whole number of days from 1 to 3650, or never.")]
    [InlineData("Expiry", "0", "Keys:Presets:0:Expiry is \"0\"; it must be a whole number of days from 1 to 3650, or never.")]
    [InlineData("Expiry", "3651", "Keys:Presets:0:Expiry is \"3651\"; it must be a whole number of days from 1 to 3650, or never.")]
    [InlineData("Expiry", "90d", "Keys:Presets:0:Expiry is \"90d\"; it must be a whole number of days from 1 to 3650, or never.")]
    [InlineData("Environment", "test",
        "Keys:Presets:0:Environment is not a setting of this version of Latchkey; a preset has Name, Permissions, Expiry.")]
    public void Preset_that_cannot_be_used_stops_the_start(string member, string value, string message) => Assert.Equal(
        message,
        Stops(("Keys:Presets:0:Name", "One"), ("Keys:Presets:0:Permissions", "read"), ("Keys:Presets:0:Expiry", "90"), (
            $"Keys:Presets:0:{member}", value)));

    [Fact]
    public void Name_that_two_presets_have_stops_the_start() => Assert.Equal(
        "Keys:Presets:1:Name is \"ONE\", which another preset is called.",
        Stops([.. Preset(0, "One"), .. Preset(1, "ONE")]));

    [Fact]
    public void Too_many_presets_stop_the_start() => Assert.Equal(
        "Keys:Presets lists more than 10 presets.", Stops([.. Enumerable.Range(0, 11).SelectMany(i => Preset(i, $"Preset {i}"))]));

    [Fact]
    public void Text_in_place_of_the_list_stops_the_start() =>
        Assert.Equal("Keys:Presets is \"read\"; it must be a numbered list, such as Keys:Presets:0:Name.", Stops(("Keys:Presets", "read")));

    [Fact]
    public void Faulty_preset_stops_the_product() =>
        Assert.Throws<SettingException>(() => new TestInstallation(("Keys:Presets:0:Name", "One")));

    static (string, string?)[] Preset(int i, string name) =>
        [($"Keys:Presets:{i}:Name", name), ($"Keys:Presets:{i}:Permissions", "read"), ($"Keys:Presets:{i}:Expiry", "90")];

    static IEnumerable<string> Read(params (string, string?)[] settings)
    {
        var configuration = TestInstallation.Configuration(settings);
        return new KeyPresets(configuration, new(configuration)).All.Select(
            x => $"{x.Name}: {string.Join(' ', x.Permissions)}, {(x.ExpiresAfterDays is { } days ? $"{days}" : "never")}");
    }

    static string Stops(params (string, string?)[] settings) => Assert.Throws<SettingException>(() => Read(settings).ToList()).Message;
}
