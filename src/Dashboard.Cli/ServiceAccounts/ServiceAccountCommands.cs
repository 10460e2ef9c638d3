using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Cli.Access;
using Dashboard.Cli.Keys;

namespace Dashboard.Cli.ServiceAccounts;

/// <summary><c>latchkey service-account</c>.</summary>
sealed class ServiceAccountCommands(CommandFactory factory)
{
    const string Path = "/api/service-accounts";

    readonly Argument<string> name = new("name") { Description = "The account's name." };
    readonly Argument<string> id = new("id") { Description = "The account's identifier, sa_…." };
    readonly Option<string?> description = new("--description") { Description = "What it is for." };
    readonly Option<string[]> permissions =
        KeyOptions.Permissions("A permission of the account; all but verify unless set. May be repeated.");
    readonly Option<bool> everywhere = new("--all-projects") { Description = "It reaches all projects of the organization." };
    readonly Option<string?> environment = KeyOptions.Environment("The environment of its first key: live unless set.");
    readonly Option<string?> search = new("--search") { Description = "Only accounts whose name or identifier has this." };
    readonly Option<int> limit = ListRequest.LimitOption();

    public Command Create() => CommandFactory.Group(
        "service-account", "Work with the service accounts of an organization.",
        factory.Leaf(
            "create", "Create an account with an OAuth client and a key. Their secrets are shown this once.", CreateAsync,
            name, description, permissions, everywhere, environment),
        factory.Leaf("list", "List the accounts.", ListAsync, search, limit),
        factory.Leaf("delete", "Delete an account, and revoke its keys and secrets.", DeleteAsync, id, Question.YesOption()));

    async Task CreateAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var typed = invocation.Parsed;
        var caller = Caller.Of(invocation);
        var body = new JsonObject { ["name"] = typed.GetRequiredValue(name) };
        body.AddText("description", typed.GetValue(description));
        body.AddTexts("permissions", typed.GetValue(permissions));
        body.AddText("environment", typed.GetValue(environment));
        if (typed.GetValue(everywhere))
        {
            body["projects"] = "all";
            body["organization"] = await caller.OrganizationAsync(cancellationToken);
        }
        else if (await caller.ProjectAsync(cancellationToken) is { } project)
        {
            body["projects"] = new JsonArray(project);
        }

        var account = await caller.SendAsync(HttpMethod.Post, Path, body, cancellationToken);
        invocation.Answer.Note($"{account.Text("name")} is {account.Text("id")}. Its secrets are shown this once.");
        invocation.Answer.Secret(Secrets(account), account);
    }

    /// <summary>One line each, which a shell and most programs read as variables.</summary>
    static string Secrets(JsonElement account) => string.Join(
        Environment.NewLine,
        $"LATCHKEY_CLIENT_ID={account.Text("client_id")}",
        $"LATCHKEY_CLIENT_SECRET={account.Text("client_secret")}",
        $"LATCHKEY_API_KEY={account.Text("raw_key")}");

    async Task ListAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(invocation);
        await new ListRequest(Path)
            .With("organization", invocation.Organization)
            .With("search", invocation.Parsed.GetValue(search))
            .PrintAsync(
                caller, invocation, invocation.Parsed.GetValue(limit), "There is no service account.",
                [
                    new("ID", account => account.Text("id")),
                    new("Name", account => account.Text("name")),
                    new("State", account => account.Text("state")),
                    new("Permissions", account => account.Text("permissions")), new("Projects", account => account.Text("projects")),
                    new("Owners", account => string.Join(", ", account.Items("owners").Select(owner => owner.Text("name")))),
                    new("Keys", account => account.Text("keys")), new("Client ID", account => account.Text("client_id")),
                    new("Last used", account => account.Time("last_used_at")),
                ],
                cancellationToken);
    }

    async Task DeleteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var account = invocation.Parsed.GetRequiredValue(id);
        Question.Confirm(invocation, $"Delete {account}? Its keys and secrets stop working. This cannot be undone.");
        await Caller.Of(invocation).SendAsync(HttpMethod.Delete, $"{Path}/{Uri.EscapeDataString(account)}", null, cancellationToken);
        invocation.Answer.Note($"{account} is deleted.");
    }
}
