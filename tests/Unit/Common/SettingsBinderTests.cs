using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Dashboard.Core.Keys;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class SettingsBinderTests : IDisposable
{
    static readonly Assembly[] Product = [typeof(SettingsBinder).Assembly, typeof(Program).Assembly];

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void What_is_not_set_or_empty_keeps_its_default()
    {
        var options = Read<SampleOptions>(("Sample:Text", ""), ("Sample:Number", ""), ("Sample:List", ""));
        Assert.Equal(("default", 5, true, TimeSpan.FromMinutes(1), 0, null), (
            options.Text, options.Number, options.Switch, options.Time, options.List.Count, options.Optional));
    }

    [Fact]
    public void Values_are_read_by_their_type_whatever_the_case_of_their_key()
    {
        var options = Read<SampleOptions>(
            ("SAMPLE:TEXT", "a, b"), ("Sample:Number", "10"), ("Sample:Switch", "False"),
            ("Sample:Time", "00:02:00"), ("Sample:Optional", "3"), ("Sample:group:Inner", "x"));
        Assert.Equal(("a, b", 10, false, TimeSpan.FromMinutes(2), 3, "x"), (
            options.Text, options.Number, options.Switch, options.Time, options.Optional, options.Group.Inner));
    }

    [Fact]
    public void List_is_one_text_or_one_entry_each()
    {
        Assert.Equal(["a", "b", "c"], Read<SampleOptions>(("Sample:List", "a, b c")).List);
        Assert.Equal(["a", "b c"], Read<SampleOptions>(("Sample:List:0", " a "), ("Sample:List:1", "b c")).List);
    }

    [Theory]
    [InlineData("Number", "11", "it must be a whole number from 1 to 10")]
    [InlineData("Number", "-1", "it must be a whole number from 1 to 10")]
    [InlineData("Number", "five", "it must be a whole number from 1 to 10")]
    [InlineData("Switch", "yes", "it must be true or false")]
    [InlineData("Time", "121", "it must be a whole number of seconds from 1 to 120, or a duration in the format hh:mm:ss")]
    [InlineData("Time", "0", "it must be a whole number of seconds from 1 to 120, or a duration in the format hh:mm:ss")]
    [InlineData("Time", "00:00:01.5", "it must be a whole number of seconds from 1 to 120, or a duration in the format hh:mm:ss")]
    [InlineData("Time", "1m", "it must be a whole number of seconds from 1 to 120, or a duration in the format hh:mm:ss")]
    public void Wrong_value_is_named_with_its_key_and_the_reason(string name, string value, string reason)
    {
        var wrong = Assert.Throws<SettingException>(() => Read<SampleOptions>(($"Sample:{name}", value)));
        Assert.Equal(($"Sample:{name}", $"Sample:{name} is \"{value}\"; {reason}."), (wrong.Key, wrong.Message));
    }

    [Fact]
    public void Value_that_parses_itself_gives_its_own_reason() => Assert.Equal(
        "Keys:Template \"nk\" is not valid: the template has no secret: it must end in {secret:N} or {hex:N}.",
        Assert.Throws<SettingException>(() => Read<KeyOptions>(("Keys:Template", "nk"))).Message);

    [Fact]
    public void Secret_may_lie_in_a_file()
    {
        var file = Write("from a file\r\n");
        Assert.Equal("from a file", Read<SampleOptions>(("Sample:Secret_FILE", file)).Secret);
        Assert.Equal("set", Read<SampleOptions>(("Sample:Secret", "set"), ("Sample:Secret_FILE", "")).Secret);
        Assert.Equal("default", Read<SampleOptions>(("Sample:Text_FILE", file)).Text); // no secret
    }

    [Fact]
    public void Secret_that_is_set_twice_or_whose_file_cannot_be_used_stops_the_start()
    {
        Assert.Equal("Sample:Secret is set together with Sample:Secret_FILE; set only one of them.", Stops(
            ("Sample:Secret", "s3cret"), ("Sample:Secret_FILE", Write("x"))));
        var (empty, large, missing) = (Write("\n"), Write(new('x', 70_000)), Path.Combine(folder.FullName, "missing"));
        Assert.Equal($"Sample:Secret_FILE names {empty}, which is empty.", Stops(("Sample:Secret_FILE", empty)));
        Assert.Equal($"Sample:Secret_FILE names {large}, which is larger than 64 KB.", Stops(("Sample:Secret_FILE", large)));
        Assert.StartsWith($"Sample:Secret_FILE names {missing}, which cannot be read: ",
            Stops(("Sample:Secret_FILE", missing)), StringComparison.Ordinal);
        Assert.StartsWith($"Sample:Secret_FILE names {folder.FullName}, which cannot be read: ",
            Stops(("Sample:Secret_FILE", folder.FullName)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Keys:Templat", "Keys:Templat is not a setting of this version of Latchkey; the settings in Keys are AcceptBearer, CountImported, MaxActivePerProject, Presets, Template.")]
    [InlineData("KEYS:TEMPLAT", "Keys:TEMPLAT is not a setting of this version of Latchkey; the settings in Keys are AcceptBearer, CountImported, MaxActivePerProject, Presets, Template.")]
    [InlineData("OAuth:Enable", "OAuth:Enable is not a setting of this version of Latchkey; the settings in OAuth are AccessTokenLifetime, AuthorizationCodeLifetime, ClientMetadataDocuments, DeviceCodeInterval, DeviceCodeLifetime, Enabled, QueryTokenPaths, RefreshTokenLifetime, Registration, ServiceAccountTokenLifetime, TokenOnlyPaths.")]
    [InlineData("Environments:staging:Hosts",
        "Environments:staging:Hosts is not a setting of this version of Latchkey; the settings in Environments are live, test.")]
    [InlineData("Environments:live:Host:0",
        "Environments:live:Host:0 is not a setting of this version of Latchkey; the settings in Environments:live are Hosts.")]
    [InlineData("Proxies:Trusted:first",
        "Proxies:Trusted:first is not a setting of this version of Latchkey; the settings in Proxies are Trusted.")]
    [InlineData("Proxies:Trusted:0:Address",
        "Proxies:Trusted:0:Address is not a setting of this version of Latchkey; the settings in Proxies are Trusted.")]
    [InlineData("Keys:Template:Live", "Keys:Template:Live is not a setting of this version of Latchkey; the settings in Keys are AcceptBearer, CountImported, MaxActivePerProject, Presets, Template.")]
    [InlineData("Keys:Template_FILE", "Keys:Template_FILE is not a setting of this version of Latchkey; the settings in Keys are AcceptBearer, CountImported, MaxActivePerProject, Presets, Template.")]
    [InlineData("PublicUrl:Path", "PublicUrl:Path is not a setting of this version of Latchkey.")]
    [InlineData("Bootstrap:Mail", "Bootstrap:Mail is not a setting of this version of Latchkey; the settings in Bootstrap are Email, Organization, Password, Project.")]
    public void Unknown_setting_below_a_section_stops_the_start(string key, string message) =>
        Assert.Equal(message, Assert.Throws<SettingException>(
            () => SettingsBinder.RefuseUnknown(TestInstallation.Configuration((key, "x")), Product)).Message);

    [Theory]
    [InlineData("Keys")] // login shells set MAIL, and somebody's build may set this
    [InlineData("AUDIT")]
    [InlineData("ConnectionStrings:Other")]
    [InlineData("Mail:Host")]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("Permissions:fly")]
    [InlineData("ResourceKinds:0")]
    [InlineData("Audit:Key_FILE")]
    [InlineData("Audit:OldKeys:0")]
    [InlineData("Bootstrap:Password_FILE")]
    [InlineData("ConnectionStrings:Dashboard_FILE")]
    [InlineData("Proxies:Trusted:0")]
    [InlineData("Environments:live:Hosts:0")]
    [InlineData("environments:TEST:hosts")]
    public void What_is_known_or_is_none_of_our_business_is_left_alone(string key) =>
        SettingsBinder.RefuseUnknown(TestInstallation.Configuration((key, "x")), Product);

    [Fact]
    public void Unknown_setting_is_found_in_the_environment_too()
    {
        var name = $"LK{Environment.ProcessId}_KEYS__TEMPLAT";
        Environment.SetEnvironmentVariable(name, "x");
        try
        {
            var configuration = new ConfigurationBuilder().AddEnvironmentVariables($"LK{Environment.ProcessId}_").Build();
            Assert.Equal("Keys:TEMPLAT", Assert.Throws<SettingException>(() => SettingsBinder.RefuseUnknown(configuration, Product)).Key);
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public void Every_setting_that_is_listed_is_known_and_there_are_some_of_each_section()
    {
        var keys = SettingsBinder.KeysOf(Product).ToList();
        Assert.Equal(keys.Count, keys.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Superset(
            new HashSet<string>(
                ["PublicUrl", "Permissions", "Environments:live:Hosts", "OAuth:QueryTokenPaths",
                    "Bootstrap:Password", "ConnectionStrings:Dashboard", "Audit:OldKeys"], StringComparer.Ordinal),
            keys.ToHashSet(StringComparer.Ordinal));
        SettingsBinder.RefuseUnknown(TestInstallation.Configuration([.. keys.Select(key => (key, (string?)"x"))]), Product);
    }

    [Fact]
    public void Settings_are_read_by_options_types_alone()
    {
        var reads = Product.Select(assembly => new Calls(assembly))
            .SelectMany(calls => calls.Methods.Where(method => calls.Of(method).Any(IsRead)))
            .Select(method => method.DeclaringType!).Select(type => type.Name.Contains('<', StringComparison.Ordinal)
                ? type.DeclaringType! : type).Select(type => type.Name).Distinct().Order(StringComparer.Ordinal);
        // a host's own setting, and a switch of the framework's that is refused
        Assert.Equal(["ProxyCheck", "SettingsBinder", "TrustedProxies"], reads);

        static bool IsRead(MethodBase called) => called.Name is "get_Item" or "GetSection" or "GetValue" or "GetConnectionString" or "Bind"
            && called.DeclaringType is { Namespace: "Microsoft.Extensions.Configuration", Name: "IConfiguration" or "IConfigurationRoot" or "ConfigurationManager" or "ConfigurationBinder" or "ConfigurationExtensions" };
    }

    static T Read<T>(params (string, string?)[] settings)
        where T : class, new() => SettingsBinder.Read<T>(TestInstallation.Configuration(settings));

    static string Stops(params (string, string?)[] settings) =>
        Assert.Throws<SettingException>(() => Read<SampleOptions>(settings)).Message;

    string Write(string text)
    {
        var file = Path.Combine(folder.FullName, $"{folder.GetFiles().Length}");
        File.WriteAllText(file, text);
        return file;
    }

    [SettingsSection("Sample")]
    sealed class SampleOptions
    {
        public string Text { get; init; } = "default";

        [Range(1, 10)]
        public int Number { get; init; } = 5;

        [Range(1, 10)]
        public int? Optional { get; init; }

        public bool Switch { get; init; } = true;

        [Range(1, 120)]
        public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(1);

        public IReadOnlyList<string> List { get; init; } = [];

        [Secret]
        public string? Secret { get; init; }

        [ConfigurationKeyName("group")]
        public GroupOptions Group { get; init; } = new();
    }

    sealed class GroupOptions
    {
        public string? Inner { get; init; }
    }
}
