using System.CommandLine;
using Dashboard.Cli.Access;

namespace Dashboard.Cli.Sessions;

/// <summary><c>latchkey session</c>.</summary>
sealed class SessionCommands(CommandFactory factory)
{
    readonly Option<int> limit = ListRequest.LimitOption();

    public Command Create() => CommandFactory.Group(
        "session", "See where you are signed in with a browser.", factory.Leaf(
            "list", "List your sessions, newest first.", ListAsync, limit));

    Task ListAsync(Invocation invocation, CancellationToken cancellationToken) => new ListRequest("/api/sessions").PrintAsync(
        Caller.Of(invocation), invocation, invocation.Parsed.GetValue(limit), "You have no session.",
        [
            new("ID", session => session.Text("id")),
            new("Device", session => session.Text("device")),
            new("Address", session => session.Text("address")),
            new("Started", session => session.Time("created_at")),
            new("Last seen", session => session.Time("last_seen_at")),
            new("Expires", session => session.Time("expires_at")),
        ],
        cancellationToken);
}
