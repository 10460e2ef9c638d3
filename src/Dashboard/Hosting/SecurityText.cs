using System.Globalization;
using Dashboard.Api;

namespace Dashboard.Hosting;

/// <summary>The settings under <c>Security</c>.</summary>
[SettingsSection("Security")]
sealed class SecurityOptions
{
    /// <summary>Whom to report a vulnerability of this installation to: addresses and URLs.</summary>
    public IReadOnlyList<string> Contact { get; init; } = [];
}

/// <summary><c>/.well-known/security.txt</c>: whom to report a vulnerability of this installation to (RFC 9116). Not there without
/// <c>Security:Contact</c>.</summary>
static class SecurityText
{
    const string Setting = "Security:Contact";

    const string Path = "/.well-known/security.txt";

    /// <summary>How long what it says is good for. It has to be less than a year (section 2.5.5), and is written again each day.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    /// <summary>Maps the endpoint.</summary>
    /// <exception cref="SettingException">A contact is neither an email address nor a URL.</exception>
    public static void MapSecurityText(this WebApplication app)
    {
        var contacts = SettingsBinder.Read<SecurityOptions>(app.Configuration).Contact.Select(Read).ToList();
        if (contacts.Count > 0)
        {
            app.MapRead(Path, (HttpContext http, PublicUrl publicUrl, TimeProvider time) =>
                TypedResults.Text(Write(contacts, publicUrl.Of(http), time.GetUtcNow()), "text/plain; charset=utf-8"))
                    .AllowAnonymous().ExcludeFromDescription();
        }
    }

    /// <summary>Writes the file.</summary>
    internal static string Write(IEnumerable<string> contacts, string site, DateTimeOffset now)
    {
        var expires = (now.UtcDateTime.Date + Lifetime).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string[] rest = [$"Expires: {expires}\n", "Preferred-Languages: en\n", $"Canonical: {site}{Path}\n"];
        return string.Concat([.. contacts.Select(contact => $"Contact: {contact}\n"), .. rest]);
    }

    /// <summary>Returns the URI of a contact. Web addresses begin with https (section 2.5.3).</summary>
    internal static string Read(string contact)
    {
        var text = contact.Contains(':', StringComparison.Ordinal) ? contact : $"mailto:{contact}";
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme switch
        {
            "https" => uri.Host.Length > 0,
            "mailto" => uri.UserInfo.Length > 0 && uri.Host.Length > 0,
            "tel" => true,
            _ => false,
        }
            ? text
            : throw new SettingException(
                Setting, $"is \"{contact}\"; it must be an email address, or a URL that begins with https://, mailto: or tel:");
    }
}
