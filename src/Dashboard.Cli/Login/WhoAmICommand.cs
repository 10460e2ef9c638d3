using System.CommandLine;
using Dashboard.Cli.Access;
using Dashboard.Cli.Profiles;

namespace Dashboard.Cli.Login;

/// <summary><c>latchkey whoami</c>.</summary>
sealed class WhoAmICommand(CommandFactory factory)
{
    public Command Create() => factory.Leaf("whoami", "Show who the commands act for, and where.", RunAsync);

    static async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(invocation);
        var who = await caller.WhoAmIAsync(cancellationToken);
        invocation.Answer.Details(
            who,
            ("Name", who.Text("owner", "name")),
            ("Type", who.Text("owner", "type")),
            ("ID", who.Text("owner", "id")),
            ("Server", ServerUrl.Show(caller.Server.Url)),
            ("Organization", who.Text("organization")),
            ("Project", await caller.ProjectAsync(cancellationToken) ?? who.Text("project")),
            ("Permissions", who.Text("permissions")),
            ("Profile", caller.Chosen?.Name ?? "none, by LATCHKEY_TOKEN"));
    }
}
