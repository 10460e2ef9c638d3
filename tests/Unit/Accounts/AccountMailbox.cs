using System.Text.RegularExpressions;
using Dashboard.Core.Mail;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

/// <summary>The mail that waits, and the links in it.</summary>
static partial class AccountMailbox
{
    public const string Site = "https://latchkey.example";

    /// <summary>Returns the subjects of the mail to an address, the oldest first.</summary>
    public static async Task<IReadOnlyList<string>> SubjectsAsync(this Services services, string to) =>
        [.. (await ReadAsync(services)).Where(mail => mail.To == to).Select(mail => mail.Subject)];

    /// <summary>Returns the newest mail to an address.</summary>
    public static async Task<MailMessage> NewestMailAsync(this Services services, string to) =>
        (await ReadAsync(services)).Last(mail => mail.To == to);

    /// <summary>Returns the token of the link in the newest mail to an address.</summary>
    public static async Task<string> NewestTokenAsync(this Services services, string to) =>
        TokenOf((await services.NewestMailAsync(to)).Body);

    /// <summary>Returns the token of the only link with one in a text.</summary>
    public static string TokenOf(string text)
    {
        var link = Assert.Single(Link().Matches(text));
        Assert.StartsWith($"{Site}/account/", link.Value, StringComparison.Ordinal);
        return link.Groups["token"].Value;
    }

    static async Task<IEnumerable<MailMessage>> ReadAsync(Services services) =>
        (await services.Get<MailOutbox>().ReadAsync(TestContext.Current.CancellationToken)).Select(mail => mail.Message!);

    [GeneratedRegex(@"https?://\S+\?token=(?<token>[A-Za-z0-9_-]{43})(?=\s|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
