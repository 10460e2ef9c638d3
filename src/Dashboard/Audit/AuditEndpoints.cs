using System.Text.Json.Nodes;
using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Audit;

namespace Dashboard.Audit;

/// <summary><c>/api/audit</c>: the audit log of an organization, for its admins and owners.</summary>
static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        var audit = app.MapGroup("/api/audit").RequireAuthorization(MemberPolicy.Name).AsApi().WithTags("Audit log");
        audit.MapRead("", ListAsync).WithName("listAuditLog")
            .WithSummary("List the audit log of an organization, newest first: its own rows, and the sign-ins of its members.")
            .Answers<ListAnswer<AuditRowAnswer>>(200, "A page of rows.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        audit.MapRead("/export", ExportAsync).WithName("exportAuditLog")
            .WithSummary("Export the rows that match, newest first, as one stream.")
            .WithMetadata(new AnswerMetadata(200, "The rows: CSV with a header line, or one JSON object on each line.", null)
            {
                MediaTypes = [AuditExport.Csv, AuditExport.JsonLines],
            })
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        audit.MapRead("/head", HeadAsync).WithName("getAuditHead")
            .WithSummary("Read the head of an organization's chain. Kept elsewhere, it shows later whether rows were cut off the end.")
            .Answers<AuditHeadAnswer>(200, "The head.").Refuses(ErrorCode.Forbidden, ErrorCode.NotFound);
        audit.MapPost("/verify", VerifyAsync).WithName("verifyAuditLog")
            .WithSummary("Verify an organization's chain from its first row to its last, and compare it with a recorded head.")
            .Answers<AuditVerificationAnswer>(200, "What was found, also if the chain is broken.")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.RateLimited);
    }

    static async Task<IResult> ListAsync(
        QueryInput<AuditListRequest> query, AuditLogService audit, HttpContext http, CancellationToken cancellationToken)
    {
        var q = query.Value;
        if (!AuditOutcomes.IsKnown(q.Outcome))
        {
            return AuditOutcomes.Unknown.ToResult();
        }

        var asked = new AuditQuery(
            q.Organization, q.Category, q.Actor, q.Target, AuditOutcomes.Read(q.Outcome), q.Network, q.From, q.To, q.Cursor, q.Limit);
        return (await audit.ListAsync(http.Caller(), asked, cancellationToken)).ToList(row => new AuditRowAnswer(row));
    }

    static async Task<IResult> ExportAsync(
        QueryInput<AuditExportRequest> query, AuditLogService audit, HttpContext http, CancellationToken cancellationToken)
    {
        var q = query.Value;
        if (q.Format is not ("csv" or "jsonl"))
        {
            return Error.Invalid("format", "Use csv or jsonl.").ToResult();
        }

        if (!AuditOutcomes.IsKnown(q.Outcome))
        {
            return AuditOutcomes.Unknown.ToResult();
        }

        var asked = new AuditQuery(q.Organization, q.Category, q.Actor, q.Target, AuditOutcomes.Read(q.Outcome), q.Network, q.From, q.To);
        return (await audit.ExportAsync(http.Caller(), asked, cancellationToken)).ToResult(rows => new AuditExport(rows, q.Format));
    }

    static async Task<IResult> HeadAsync(
        QueryInput<AuditHeadRequest> query, AuditLogService audit, HttpContext http, CancellationToken cancellationToken) =>
        (await audit.HeadAsync(http.Caller(), query.Value.Organization, cancellationToken))
        .ToResult(head => TypedResults.Ok(new AuditHeadAnswer(
            head.Organization, head.Head?.Sequence ?? 0, head.Head?.Hash, head.Head?.ToString(), head.At)));

    static async Task<IResult> VerifyAsync(
        JsonBody<AuditVerifyRequest> body, AuditLogService audit, HttpContext http, CancellationToken cancellationToken) =>
        (await audit.VerifyAsync(http.Caller(), body.Value.Organization, body.Value.Head, cancellationToken))
        .ToResult(found => TypedResults.Ok(new AuditVerificationAnswer(
            found.IsIntact, found.Entries, found.First, found.Break, AuditOutcomes.NameOf(found.Fault), found.Head?.ToString(),
            found.HeadChecks is [var check] ? AuditOutcomes.NameOf(check.State) : null)));

    sealed record AuditListRequest(
        [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null,
        [Field("List only this category.", Words = ["auth", "keys", "service_accounts", "members", "tokens", "settings"])]
        string? Category = null,
        [Field(
            "List only what this user, service account or client did (its identifier).",
            Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"", Max = AuditQuery.MaxId)]
        string? Actor = null,
        [Field("List only what happened to this key, project, user, … (its identifier).", Example = "\"Ab12CdEf\"", Max = AuditQuery.MaxId)]
        string? Target = null,
        [Field("List only rows with this outcome.", Words = ["succeeded", "refused"])] string? Outcome = null,
        [Field("List only rows from this network, or from the network of this address.", Example = "\"10.2.3.0/24\"")]
        string? Network = null,
        [Field("List only rows from this time on.", Example = "\"2026-11-21T00:00:00.000Z\"")] DateTimeOffset? From = null,
        [Field("List only rows before this time.", Example = "\"2026-11-22T00:00:00.000Z\"")] DateTimeOffset? To = null,
        [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
        [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit);

    sealed record AuditExportRequest(
        [Field("The format.", Words = ["csv", "jsonl"])] string Format = "csv",
        [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null,
        [Field("Export only this category.", Words = ["auth", "keys", "service_accounts", "members", "tokens", "settings"])]
        string? Category = null,
        [Field(
            "Export only what this user, service account or client did (its identifier).",
            Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"", Max = AuditQuery.MaxId)]
        string? Actor = null,
        [Field(
            "Export only what happened to this key, project, user, … (its identifier).",
            Example = "\"Ab12CdEf\"", Max = AuditQuery.MaxId)]
        string? Target = null,
        [Field("Export only rows with this outcome.", Words = ["succeeded", "refused"])] string? Outcome = null,
        [Field("Export only rows from this network, or from the network of this address.", Example = "\"10.2.3.0/24\"")]
        string? Network = null,
        [Field("Export only rows from this time on.", Example = "\"2026-11-21T00:00:00.000Z\"")] DateTimeOffset? From = null,
        [Field("Export only rows before this time.", Example = "\"2026-11-22T00:00:00.000Z\"")] DateTimeOffset? To = null);

    sealed record AuditHeadRequest(
        [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null);

    sealed record AuditVerifyRequest(
        [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null,
        [Field("A head that was recorded earlier.", Example = AuditOutcomes.HeadExample)] string? Head = null);

    sealed record AuditHeadAnswer(
        [Field("The organization's slug.", Example = "\"acme\"")] string Organization,
        [Field("The position of the last row; 0 while there is none.", Example = "812")] long Sequence,
        [Field("The hash of the last row, or null while there is none.", Example = AuditOutcomes.HashExample)] string? Hash,
        [Field(
            "The head as one text, to record elsewhere and pass to verify later; null while there is no row.",
            Example = AuditOutcomes.HeadExample)]
        string? Head,
        [Field("When it was read.", Example = "\"2026-11-21T09:30:00.000Z\"")] DateTimeOffset At);

    sealed record AuditVerificationAnswer(
        [Field("Whether every row is as it was written, and the recorded head is in the chain.", Example = "true")] bool Intact,
        [Field("The number of rows that were verified.", Example = "812")] long Rows,
        [Field("The position that verification began at: 1, or the first row that was not pruned.", Example = "1")] long FirstRow,
        [Field("The position of the first row that was altered, removed or added; null if the chain is intact.", Example = "513")]
        long? BrokenRow,
        [Field(
            "What is wrong there: row for the row itself, recorded_head if the recorded head is no longer in the chain; null if the " +
            "chain is intact.",
            Example = "\"row\"")]
        string? Fault,
        [Field("The current head; null while there is no row.", Example = AuditOutcomes.HeadExample)] string? Head,
        [Field(
            "found, pruned or missing: whether the chain has the recorded head. Null without one, and if the chain is broken before it.",
            Example = "\"found\"")]
        string? RecordedHead);
}

/// <summary>A row of the audit log in responses and in an export.</summary>
sealed class AuditRowAnswer(AuditRecord row)
{
    [Field("The row's identifier in the organization's log.", Example = "\"812\"")]
    public string Id => row.Id;

    [Field("The position in the chain.", Example = "812")]
    public long Sequence => row.Sequence;

    [Field("When it happened.", Example = "\"2026-11-21T09:30:00.000Z\"")]
    public DateTimeOffset At => row.At;

    [Field("Who did it.")]
    public AuditActorAnswer Actor => new(row.Actor.Type, row.Actor.Id, row.Actor.Name);

    [Field("The client address, the network of refusals that were counted, or null.", Example = "\"10.2.3.4\"")]
    public string? Address => row.Address;

    [Field("The network of the address, or null.", Example = "\"10.2.3.0/24\"")]
    public string? Network => row.Network;

    [Field("The category.", Words = ["auth", "keys", "service_accounts", "members", "tokens", "settings"])]
    public string Category => row.Category;

    [Field("What happened.", Example = "\"key.created\"")]
    public string Action => row.Action;

    [Field("What it happened to.")]
    public AuditTargetAnswer Target => new(row.Target.Type, row.Target.Id, row.Target.Name);

    [Field("The outcome.", Words = ["succeeded", "refused"])]
    public string Outcome => AuditOutcomes.NameOf(row.Succeeded);

    [Field("Further details, depending on the action.", Example = "{\"environment\":\"live\"}")]
    public JsonObject Details => JsonNode.Parse(row.Details) as JsonObject ?? [];

    [Field("The row's hash, which the next row continues.", Example = AuditOutcomes.HashExample)]
    public string Hash => row.Hash;
}

/// <summary>Who acted, as the log kept it.</summary>
sealed record AuditActorAnswer(
    [Field("The type.", Words = ["user", "service_account", "app", "oauth_client", "system", "anonymous"])] string Type,
    [Field("The identifier; empty for a caller that has not authenticated.", Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"")]
    string Id,
    [Field("The name at that time.", Example = "\"Ada Lovelace\"")] string Name);

/// <summary>What something happened to, as the log kept it.</summary>
sealed record AuditTargetAnswer(
    [Field("The type.", Example = "\"key\"")] string Type,
    [Field("The identifier.", Example = "\"Ab12CdEf\"")] string Id,
    [Field("The name at that time.", Example = "\"Backend\"")] string Name);

/// <summary>The words and examples of the audit log in requests and responses.</summary>
static class AuditOutcomes
{
    public const string HashExample = "\"7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069\"";

    public const string HeadExample = "\"3:812:7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069\"";

    const string Succeeded = "succeeded";
    const string Refused = "refused";

    /// <summary>The error for an outcome other than the two.</summary>
    public static Error Unknown { get; } = Error.Invalid("outcome", $"Use {Succeeded} or {Refused}.");

    public static bool IsKnown(string? outcome) => outcome is null or Succeeded or Refused;

    public static bool? Read(string? outcome) => outcome is null ? null : outcome == Succeeded;

    /// <summary>Reads an outcome that anyone may have written; null for what is none.</summary>
    public static bool? Parse(string? outcome) => outcome is Succeeded or Refused ? outcome == Succeeded : null;

    public static string NameOf(bool succeeded) => succeeded ? Succeeded : Refused;

    public static string? NameOf(AuditFault? fault) => fault switch
    {
        AuditFault.Entry => "row",
        AuditFault.RecordedHead => "recorded_head",
        _ => null,
    };

    public static string NameOf(HeadState state) => state switch
    {
        HeadState.Found => "found",
        HeadState.Pruned => "pruned",
        _ => "missing",
    };
}
