using System.Globalization;
using Dashboard.Core.Changes;
using Dashboard.Core.Mail;

namespace Dashboard.Core.Accounts;

/// <summary>The mails about second factors. They hold no link, so that none has to be trusted.</summary>
static class SecondFactorMail
{
    static readonly TimeSpan ValidFor = TimeSpan.FromDays(7);

    /// <summary>Tells a person that a factor of theirs was changed.</summary>
    /// <param name="what">What happened, as the first part of a sentence.</param>
    public static void Changed(MailOutbox outbox, UnitOfWork change, string email, string what) => outbox.Add(
        change,
        new(email, $"{what} · Latchkey", $"""
            {what} on {At(change)}{From(change)}.

            If that was you, there is nothing to do. If not, sign in, open "Sign-in and security", change your password, remove what you do not know and end
            all other sessions.
            """),
        ValidFor);

    /// <summary>Tells a person that somebody with their password fails at the second factor.</summary>
    public static void Failed(MailOutbox outbox, UnitOfWork change, string email) => outbox.Add(
        change,
        new(email, "Somebody may know your password · Latchkey", $"""
            Somebody entered your password and then {SignInService.MaxFailures} wrong codes, the last on {At(change)}{From(change)}. They were not signed in.

            If that was you, there is nothing to do. If not, change your password: it is known to somebody else.
            """),
        ValidFor);

    static string At(UnitOfWork change) => change.Now.ToString("d MMM yyyy 'at' HH:mm 'UTC'", CultureInfo.InvariantCulture);

    static string From(UnitOfWork change) => change.Actor.Address is { } address ? $", from {address}" : "";
}
