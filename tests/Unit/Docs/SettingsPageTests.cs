using System.Text.RegularExpressions;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Docs;

/// <summary>docs/settings.md against the settings that the product reads.</summary>
public sealed partial class SettingsPageTests
{
    [Fact]
    public void Page_lists_every_setting_and_no_other()
    {
        var known = SettingsBinder.KeysOf(typeof(SettingsBinder).Assembly, typeof(Program).Assembly).ToHashSet(StringComparer.Ordinal);
        var listed = FirstCell().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "settings.md")))
            .SelectMany(row => Name().Matches(row.Groups["cell"].Value).Select(name => name.Groups["name"].Value))
                .ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(known);
        Assert.Empty(known.Except(listed, StringComparer.Ordinal));
        // What has no section of ours: ASP.NET Core's own settings.
        Assert.DoesNotContain(
            listed.Except(known, StringComparer.Ordinal), name =>
                name.Contains(':') && !name.StartsWith("Logging:", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| (?<cell>`[A-Z][^|]*) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FirstCell();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Name();
}
