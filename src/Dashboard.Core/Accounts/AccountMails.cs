using System.Globalization;
using Dashboard.Core.Mail;

namespace Dashboard.Core.Accounts;

/// <summary>The texts of the mail about a person's account. Every link begins with the public URL.</summary>
static class AccountMails
{
    /// <summary>How long a notice is of use.</summary>
    public static readonly TimeSpan NoticeLifetime = TimeSpan.FromDays(7);

    public static MailMessage PasswordReset(string to, string link, string? address, DateTimeOffset at) => new(to, "Choose a new Latchkey password", $"""
        Somebody asked for a new password for your account{From(address)}, {At(at)}.

        To choose one, open this link within an hour. It works once.

        {link}

        If that was not you, do nothing: your password stays as it is.

        """);

    public static MailMessage PasswordChanged(string to, string site, string? address, DateTimeOffset at) => new(to, "Your Latchkey password was changed", $"""
        The password of your account was changed{From(address)}, {At(at)}. All other sessions have ended.

        If that was not you, choose a new password now, and tell an owner of your organization:

        {site}/account/forgot-password

        Connected apps and command-line tools keep their access. To disconnect them, open:

        {site}/account/connected-apps

        """);

    public static MailMessage EmailChange(string to, string link) => new(to, "Confirm your email address", $"""
        Somebody wants to sign in to Latchkey with this address.

        If that is you, open this link within an hour and confirm the address. It works once.

        {link}

        If that is not you, do nothing: the address is not used.

        """);

    public static MailMessage EmailTaken(string to, string site) => new(to, "This address has an account already", $"""
        Somebody wants to use this address for another Latchkey account. It belongs to an account already, so nothing was changed.

        If that was you, sign in with this address:

        {site}/account/sign-in

        """);

    public static MailMessage EmailChangeRequested(string to, string site, string? address, DateTimeOffset at) => new(to, "Your Latchkey address is about to change", $"""
        A change of your account's email address was requested{From(address)}, {At(at)}. It takes effect once the new address is confirmed.

        If that was not you, change your password now, which stops it:

        {site}/account/change-password

        """);

    public static MailMessage EmailChanged(string to, string site, string newAddress, string? address, DateTimeOffset at) => new(to, "Your Latchkey address was changed", $"""
        The email address of your account was changed to {newAddress}{From(address)}, {At(at)}. This address no longer signs in.

        If that was not you, tell an owner of your organization at once. They can disable the account.

        {site}

        """);

    public static MailMessage NewSignIn(string to, string site, string? device, string? address, DateTimeOffset at) => new(to, "New sign-in to your Latchkey account", $"""
        Your account was signed in to from a browser and a network that it was not used from before.

        Device:  {device ?? "unknown"}
        Address: {address ?? "unknown"}
        Time:    {Text(at)}

        If that was not you, end the session and change your password now:

        {site}/account/security

        """);

    public static MailMessage Attacked(string to, string site, int networks, DateTimeOffset at) => new(to, "Somebody is trying to sign in to your Latchkey account", $"""
        In the last hour, sign-ins to your account failed from more than {networks} networks, the last {At(at)}. None of them got in. New
        networks now get fewer attempts, and browsers that you have signed in from before work as always.

        If you use your password anywhere else, choose a new one, and add a second factor if you have none:

        {site}/account/security

        """);

    static string From(string? address) => address is null ? "" : $" from {address}";

    static string At(DateTimeOffset time) => $"on {Text(time)}";

    static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
