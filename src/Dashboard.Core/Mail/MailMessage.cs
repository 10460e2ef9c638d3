namespace Dashboard.Core.Mail;

/// <summary>A mail in plain text. It may contain a link that opens an account, so it is never logged.</summary>
/// <param name="To">The recipient's email address.</param>
/// <param name="Subject">The subject, one line.</param>
/// <param name="Body">The text.</param>
public sealed record MailMessage(string To, string Subject, string Body)
{
    /// <summary>Omits the recipient and what is written.</summary>
    public override string ToString() => "mail";
}
