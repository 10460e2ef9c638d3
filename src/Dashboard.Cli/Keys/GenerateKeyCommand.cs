using System.CommandLine;
using System.Text.Json.Nodes;
using Dashboard.Cli.Access;

namespace Dashboard.Cli.Keys;

/// <summary><c>latchkey api-key generate</c>: prints the key, and nothing else, to standard output.</summary>
sealed class GenerateKeyCommand(CommandFactory factory)
{
    readonly Argument<string?> name = new("name") { Description = "The key's name.", Arity = ArgumentArity.ZeroOrOne };
    readonly Option<string?> named = new("--name") { Description = "The same as the argument." };
    readonly Option<string?> environment = KeyOptions.Environment("The key's environment: live unless set.");
    readonly Option<string[]> permissions = KeyOptions.Permissions("A permission of the key; all unless set. May be repeated.");
    readonly Option<string[]> resources = new("--resource")
    {
        Description = "A resource that the key is limited to, as kind:id. May be repeated.",
        HelpName = "kind:id",
    };
    readonly Option<string?> expires = new("--expires")
    {
        Description = "When it expires: a date, a time, or in days such as 90d. Never unless set.",
        HelpName = "time",
    };
    readonly Option<string?> note = new("--note") { Description = "Where the key is stored." };
    readonly Option<string[]> addresses = new("--allowed-ip")
    {
        Description = "An address or network that it may be used from. May be repeated.",
        HelpName = "cidr",
    };
    readonly Option<int?> rate = new("--requests-per-minute")
    {
        Description = "The maximum number of requests per minute on each node.",
        HelpName = "n",
    };
    readonly Option<string?> account = new("--service-account") { Description = "The service account that owns the key.", HelpName = "id" };

    public Command Create() => factory.Leaf(
        "generate", "Create a key. It is shown this once.", RunAsync,
        name, named, environment, permissions, resources, expires, note, addresses, rate, account);

    async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var typed = invocation.Parsed;
        var caller = Caller.Of(invocation);
        var body = new JsonObject
        {
            ["name"] = typed.GetValue(name) ?? typed.GetValue(named)
                ?? throw new Failure(ExitCode.Usage, "Name the key: latchkey api-key generate NAME."),
        };
        body.AddText("project", await caller.ProjectAsync(cancellationToken));
        body.AddText("environment", typed.GetValue(environment));
        body.AddTexts("permissions", typed.GetValue(permissions));
        body.AddTexts("resources", typed.GetValue(resources));
        body.AddText("expires_at", KeyOptions.Expiry(typed.GetValue(expires), invocation.Machine.Time));
        body.AddText("note", typed.GetValue(note));
        body.AddTexts("allowed_ips", typed.GetValue(addresses));
        body.AddText("service_account_id", typed.GetValue(account));
        if (typed.GetValue(rate) is { } perMinute)
        {
            body["requests_per_minute"] = perMinute;
        }

        var key = await caller.SendAsync(HttpMethod.Post, "/api/keys", body, cancellationToken);
        invocation.Answer.Note($"{key.Text("name")} ({key.Text("key_id")}) is a {key.Text("environment")} key of {key.Text("project")}. It is shown this once.");
        invocation.Answer.Secret(key.Text("raw_key"), key);
    }
}
