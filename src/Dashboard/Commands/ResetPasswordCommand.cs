using Dashboard.Core.Accounts;
using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>The command <c>reset-password EMAIL</c>: prints a link for somebody who can neither sign in nor get mail, such as a sole
/// owner.</summary>
sealed class ResetPasswordCommand : ConsoleCommand
{
    public override string Name => "reset-password";

    public override string Description => "print a link that sets a new password for an account";

    public override string Help => """
        Usage: Dashboard reset-password EMAIL [--Setting:Name=value …]

        Prints a link that sets a new password for the account with this address. It works once, for an hour, and not
        after the password was changed. Anyone who opens it can take the account over, so hand it to its owner alone. The
        audit log records it, and the owner gets mail once the password has changed. Second factors stay as they are.

        It is for people who can neither sign in nor get mail, such as a sole owner. Everybody else uses "Forgot it?" on
        the sign-in page. The settings are those of the nodes, which may keep running.
        """;

    public override CommandNeeds Needs => CommandNeeds.Database;

    public override void Check(CommandInput input)
    {
        if (input.Words.Count == 0)
        {
            throw new StartException($"\"{Name}\" needs the email address of an account: {Name} EMAIL.");
        }

        if (input.Words.Count > 1)
        {
            throw TooMuch(input.Words[1]);
        }
    }

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var server = SettingsBinder.Read<ServerOptions>(services.GetRequiredService<IConfiguration>());
        var site = StartLine.UrlOf(services.GetRequiredService<PublicUrl>(), server.Urls?.Split(';')[0]);
        var link = await services.GetRequiredService<PasswordResetService>().CreateLinkAsync(input.Words[0], site, cancellationToken);
        if (link.Error is { } fault)
        {
            throw new StartException(
                fault.Code == ErrorCode.NotFound ? $"There is no account with the address {input.Words[0]}." : fault.Detail);
        }

        await output.WriteLineAsync("This link sets a new password. It works once, for an hour:");
        await output.WriteLineAsync(link.Value);
        return 0;
    }
}
