using System.Globalization;
using Dashboard.Core.Mail;

namespace Dashboard.Commands;

/// <summary>The command <c>outbox</c>: prints the mail that waits, which holds links that open accounts.</summary>
sealed class OutboxCommand : ConsoleCommand
{
    public override string Name => "outbox";

    public override string Description => "print the mail that waits to be sent";

    public override string Help => """
        Usage: Dashboard outbox [--Setting:Name=value …]

        Prints every mail that waits, the oldest first: invitations, password links and notices. Without Mail:Host they
        wait until their links expire, and you pass them on yourself. Each is for its recipient alone: its link opens an
        account. Nothing is deleted, and nothing is marked as sent.
        """;

    public override CommandNeeds Needs => CommandNeeds.Database;

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var waiting = await services.GetRequiredService<MailOutbox>().ReadAsync(cancellationToken);
        if (waiting.Count == 0)
        {
            await output.WriteLineAsync("No mail waits.");
        }

        foreach (var mail in waiting)
        {
            await output.WriteLineAsync($"Written: {Text(mail.CreatedAt)}, of use until {Text(mail.ExpiresAt)}");
            if (mail.Message is { } message)
            {
                await output.WriteLineAsync($"To: {message.To}");
                await output.WriteLineAsync($"Subject: {message.Subject}");
                await output.WriteLineAsync();
                await output.WriteLineAsync(message.Body.TrimEnd());
            }
            else
            {
                await output.WriteLineAsync("It cannot be read: the keys that encrypted it are gone.");
            }

            await output.WriteLineAsync();
        }

        return 0;
    }

    static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
