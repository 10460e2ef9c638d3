using System.CommandLine;
using Dashboard.Cli.Access;

namespace Dashboard.Cli.Audit;

/// <summary><c>latchkey audit</c>.</summary>
sealed class AuditCommands(CommandFactory factory)
{
    readonly Option<string?> filter = new("--filter") { Description = "Only this category.", HelpName = "category" };
    readonly Option<string?> actor = new("--actor")
    {
        Description = "Only what this user, service account or client did.",
        HelpName = "id",
    };
    readonly Option<string?> target = new("--target")
    {
        Description = "Only what happened to this key, project, user, ….",
        HelpName = "id",
    };
    readonly Option<string?> outcome = new("--outcome") { Description = "Only rows with this outcome.", HelpName = "succeeded|refused" };
    readonly Option<string?> from = new("--from") { Description = "Only rows from this time on.", HelpName = "time" };
    readonly Option<string?> to = new("--to") { Description = "Only rows before this time.", HelpName = "time" };
    readonly Option<int> limit = ListRequest.LimitOption();

    public Command Create()
    {
        filter.AcceptOnlyFromAmong("auth", "keys", "service_accounts", "members", "tokens", "settings");
        outcome.AcceptOnlyFromAmong("succeeded", "refused");
        return CommandFactory.Group(
            "audit", "Read the audit log of an organization.",
            factory.Leaf("logs", "List the audit log, newest first.", ListAsync, filter, actor, target, outcome, from, to, limit));
    }

    async Task ListAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var typed = invocation.Parsed;
        var caller = Caller.Of(invocation);
        await new ListRequest("/api/audit")
            .With("organization", invocation.Organization)
            .With("category", typed.GetValue(filter))
            .With("actor", typed.GetValue(actor))
            .With("target", typed.GetValue(target))
            .With("outcome", typed.GetValue(outcome))
            .With("from", typed.GetValue(from))
            .With("to", typed.GetValue(to))
            .PrintAsync(
                caller, invocation, typed.GetValue(limit), "There is no such row.",
                [
                    new("ID", row => row.Text("id")), new("Time", row => row.Time("at")), new("Category", row => row.Text("category")),
                    new("Action", row => row.Text("action")),
                    new("Outcome", row => row.Text("outcome")),
                    new("Actor", row => row.Text("actor", "name")),
                    new("Target", row => row.Text("target", "name") is { Length: > 0 } name ? name : row.Text("target", "id")),
                    new("Address", row => row.Text("address")),
                ],
                cancellationToken);
    }
}
