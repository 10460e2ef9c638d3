using System.ComponentModel.DataAnnotations;
using MimeKit;

namespace Dashboard.Core.Mail;

/// <summary>The settings under <c>Mail</c>: the SMTP server that mail is handed to. Without a host, mail waits in the outbox, which the
/// command <c>outbox</c> prints.</summary>
[SettingsSection("Mail")]
public sealed class MailOptions
{
    /// <summary>The SMTP server's name or address, or null.</summary>
    public string? Host { get; init; }

    /// <summary>The SMTP server's port. 465 begins with TLS, every other port takes STARTTLS.</summary>
    [Range(1, 65535)]
    public int Port { get; init; } = 587;

    /// <summary>The sender: an address, or a name and an address as in <c>Latchkey &lt;latchkey@example.com&gt;</c>.</summary>
    public string? From { get; init; }

    /// <summary>The user name at the SMTP server, or null.</summary>
    public string? User { get; init; }

    /// <summary>The password at the SMTP server, or null.</summary>
    [Secret]
    public string? Password { get; init; }

    /// <summary>Whether mail is sent by itself.</summary>
    public bool IsConfigured => !string.IsNullOrEmpty(Host);

    /// <summary>Checks the settings against each other.</summary>
    /// <exception cref="SettingException">Mail could not be sent with these settings.</exception>
    public MailOptions Checked()
    {
        if (!IsConfigured)
        {
            var stray = new[] { (nameof(From), From), (nameof(User), User), (nameof(Password), Password) }
                .FirstOrDefault(setting => !string.IsNullOrEmpty(setting.Item2));
            return stray.Item1 is null ? this
                : throw new SettingException($"Mail:{stray.Item1}", "is set without Mail:Host, so no mail would be sent");
        }

        if (string.IsNullOrEmpty(From))
        {
            throw new SettingException("Mail:From", "is not set, and with Mail:Host mail needs the address of its sender");
        }

        if (!MailboxAddress.TryParse(From, out var sender) || !sender.Address.Contains('@', StringComparison.Ordinal))
        {
            throw new SettingException("Mail:From", "is not an address such as latchkey@example.com");
        }

        return string.IsNullOrEmpty(User) == string.IsNullOrEmpty(Password)
            ? this
            : throw new SettingException(
                string.IsNullOrEmpty(User) ? "Mail:User" : "Mail:Password", "is not set; Mail:User and Mail:Password go together");
    }
}
