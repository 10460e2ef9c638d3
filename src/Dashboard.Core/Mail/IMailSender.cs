namespace Dashboard.Core.Mail;

/// <summary>Hands mail to whatever delivers it. A host may register its own; Latchkey's is <see cref="SmtpMailSender"/>.</summary>
public interface IMailSender
{
    /// <summary>Whether mail can be sent at all. If not, it waits in the outbox.</summary>
    bool IsConfigured { get; }

    /// <summary>Sends a mail. It may be called more than once for one mail, if a process ends while it sends.</summary>
    /// <exception cref="MailRefusedException">The mail will never be accepted, such as for an address that does not exist.</exception>
    Task SendAsync(MailMessage message, CancellationToken cancellationToken);
}

/// <summary>A mail that will never be accepted, so that it is pointless to try again.</summary>
public sealed class MailRefusedException(string reason, Exception? inner = null) : Exception(reason, inner);
