using System.CommandLine;
using Dashboard.Cli.Access;

namespace Dashboard.Cli.Keys;

/// <summary><c>latchkey api-key list</c>.</summary>
sealed class ListKeysCommand(CommandFactory factory)
{
    readonly Option<string?> environment = KeyOptions.Environment("Only keys of this environment.");
    readonly Option<string?> state = new("--state")
    {
        Description = "Only keys in this state.",
        HelpName = "active|inactive|expired|revoked",
    };
    readonly Option<string?> search = new("--search") { Description = "Only keys whose name, note or identifier has this." };
    readonly Option<string?> permission = new("--permission", "-p") { Description = "Only keys with this permission." };
    readonly Option<bool> mine = new("--mine") { Description = "Only your own keys." };
    readonly Option<bool> revoked = new("--include-revoked") { Description = "Revoked keys too." };
    readonly Option<string?> expiring = new("--expiring-within")
    {
        Description = "Only keys that expire within this number of days.",
        HelpName = "30d",
    };
    readonly Option<string?> unused = new("--unused-for")
    {
        Description = "Only keys that were not used for this number of days.",
        HelpName = "90d",
    };
    readonly Option<int> limit = ListRequest.LimitOption();

    public Command Create()
    {
        state.AcceptOnlyFromAmong("active", "inactive", "expired", "revoked");
        return factory.Leaf("list", "List the keys of a project.", RunAsync, environment, state,
            search, permission, mine, revoked, expiring, unused, limit);
    }

    async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var typed = invocation.Parsed;
        var caller = Caller.Of(invocation);
        await new ListRequest("/api/keys")
            .With("project", await caller.ProjectAsync(cancellationToken))
            .With("environment", typed.GetValue(environment))
            .With("state", typed.GetValue(state))
            .With("search", typed.GetValue(search))
            .With("permission", typed.GetValue(permission))
            .With("owner", typed.GetValue(mine) ? "me" : null)
            .With("include_revoked", typed.GetValue(revoked))
            .With("expiring_within", typed.GetValue(expiring))
            .With("unused_for", typed.GetValue(unused))
            .PrintAsync(
                caller, invocation, typed.GetValue(limit), "There is no such key.",
                [
                    new("ID", key => key.Text("key_id")),
                    new("Name", key => key.Text("name")),
                    new("Environment", key => key.Text("environment")),
                    new("State", key => key.Text("state")),
                    new("Permissions", key => key.Text("permissions")),
                    new("Owner", key => key.Text("owner", "name")),
                    new("Created", key => key.Time("created_at")),
                    new("Last used", key => key.Time("last_used_at")),
                    new("Expires", key => key.Time("expires_at")),
                ],
                cancellationToken);
    }
}
