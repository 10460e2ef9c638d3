using System.Net;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Dashboard.Core.Mail;

/// <summary>Sends mail through an SMTP server (RFC 5321), encrypted unless the server is on this machine.</summary>
public sealed class SmtpMailSender(MailOptions options) : IMailSender
{
    /// <summary>The port on which TLS begins at once (RFC 8314, section 3.3).</summary>
    const int ImplicitTlsPort = 465;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public bool IsConfigured => options.IsConfigured;

    /// <inheritdoc />
    public async Task SendAsync(MailMessage message, CancellationToken cancellationToken)
    {
        using var mail = new MimeMessage(
            from: [MailboxAddress.Parse(options.From!)],
            to: [new MailboxAddress("", message.To)],
            subject: message.Subject,
            body: new TextPart("plain") { Text = message.Body });
        // Without it, out-of-office replies would come back to the sender.
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        using var client = new SmtpClient { Timeout = (int)Timeout.TotalMilliseconds };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        await client.ConnectAsync(options.Host!, options.Port, Security, limit.Token);
        if (!string.IsNullOrEmpty(options.User))
        {
            await client.AuthenticateAsync(options.User, options.Password!, limit.Token);
        }

        try
        {
            await client.SendAsync(mail, limit.Token);
        }
        catch (SmtpCommandException exception) when (exception.ErrorCode == SmtpErrorCode.RecipientNotAccepted
            && (int)exception.StatusCode is >= 500 and < 600)
        {
            throw new MailRefusedException($"the recipient was refused with {(int)exception.StatusCode}", exception);
        }

        await client.DisconnectAsync(quit: true, limit.Token);
    }

    /// <summary>A server that offers no encryption is taken only on this machine: mail carries links that open accounts.</summary>
    SecureSocketOptions Security => options.Port == ImplicitTlsPort ? SecureSocketOptions.SslOnConnect
        : IsThisMachine(options.Host!) ? SecureSocketOptions.StartTlsWhenAvailable
        : SecureSocketOptions.StartTls;

    static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
