using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Cli.Access;

namespace Dashboard.Cli.Keys;

/// <summary><c>latchkey api-key</c>.</summary>
sealed class KeyCommands(CommandFactory factory)
{
    const string Path = "/api/keys";

    readonly Argument<string> one = new("key-id") { Description = "The key's identifier." };
    readonly Argument<string[]> some = new("key-id") { Description = "Identifiers of keys.", Arity = ArgumentArity.OneOrMore };

    public Command Create() => CommandFactory.Group(
        "api-key", "Work with the API keys of a project.",
        new GenerateKeyCommand(factory).Create(),
        new ListKeysCommand(factory).Create(),
        factory.Leaf("show", "Show a key.", ShowAsync, one),
        factory.Leaf(
            "disable", "Refuse keys until they are enabled again.", (invocation, stop) => SwitchAsync(invocation, "inactive", stop), some),
        factory.Leaf("enable", "Accept disabled keys again.", (invocation, stop) => SwitchAsync(invocation, "active", stop), some),
        factory.Leaf("revoke", "Refuse keys permanently.", RevokeAsync, some, Question.YesOption()));

    async Task ShowAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var key = await Caller.Of(invocation).GetAsync(At(invocation.Parsed.GetRequiredValue(one)), cancellationToken);
        invocation.Answer.Details(
            key,
            ("ID", key.Text("key_id")),
            ("Name", key.Text("name")),
            ("Note", key.Text("note")),
            ("Prefix", key.Text("prefix")),
            ("Project", key.Text("project")),
            ("Environment", key.Text("environment")),
            ("State", key.Text("state")),
            ("Scope", key.Text("scope")),
            ("Permissions", key.Text("permissions")),
            ("Owner", key.Text("owner", "name")),
            ("Created", key.Time("created_at")),
            ("Last used", key.Time("last_used_at")),
            ("Used from", key.Text("last_used_from")),
            ("Expires", key.Time("expires_at")),
            ("Allowed IPs", key.Text("allowed_ips")),
            ("Requests a minute", key.Text("requests_per_minute")),
            ("Revoked", key.Time("revoked_at")));
    }

    Task SwitchAsync(Invocation invocation, string state, CancellationToken cancellationToken) => EachAsync(
        invocation, (caller, id) =>
            caller.SendAsync(HttpMethod.Patch, At(id), new JsonObject { ["state"] = state }, cancellationToken), cancellationToken);

    async Task RevokeAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var ids = invocation.Parsed.GetRequiredValue(some);
        Question.Confirm(invocation, $"Revoke {string.Join(", ", ids)}? This cannot be undone.");
        await EachAsync(
            invocation, (caller, id) => caller.SendAsync(HttpMethod.Delete, At(id), null, cancellationToken), cancellationToken);
    }

    /// <summary>Changes one key after the other, and stops at the first that is refused.</summary>
    async Task EachAsync(Invocation invocation, Func<Caller, string, Task<JsonElement>> change, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(invocation);
        var changed = new List<JsonElement>();
        foreach (var id in invocation.Parsed.GetRequiredValue(some))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = await change(caller, id);
            changed.Add(key);
            invocation.Answer.Note($"{key.Text("name")} ({key.Text("key_id")}) is {key.Text("state")}.");
        }

        if (invocation.Json)
        {
            invocation.Answer.List(changed, "");
        }
    }

    static string At(string id) => $"{Path}/{Uri.EscapeDataString(id)}";
}
