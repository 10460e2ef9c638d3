using System.Text;
using System.Text.Json;

namespace Dashboard.Cli.Server;

/// <summary>Turns what a server refuses into a sentence and an exit code.</summary>
static class Refusals
{
    public static ExitCode CodeOf(Reply reply) => reply.Status switch
    {
        400 or 413 or 415 or 422 => ExitCode.Usage,
        401 => ExitCode.NotSignedIn,
        403 when reply.Code == Codes.FreshSignInRequired => ExitCode.ApprovalNeeded,
        403 => ExitCode.Forbidden,
        404 => ExitCode.NotFound,
        409 => ExitCode.Conflict,
        429 => ExitCode.RateLimited,
        502 or 503 or 504 => ExitCode.Unavailable,
        _ => ExitCode.Error,
    };

    public static Failure Of(Reply reply)
    {
        var text = new StringBuilder(reply.Json.Text("detail") is { Length: > 0 } detail ? detail : reply.Json.Text("error_description"));
        if (text.Length == 0)
        {
            text.Append("The server answered with status ").Append(reply.Status)
                .Append(reply.IsJson ? "." : ", and not as Latchkey does. Check the URL.");
        }

        if (reply.Json.ValueKind == JsonValueKind.Object && reply.Json.TryGetProperty("errors", out var errors)
            && errors.ValueKind == JsonValueKind.Object)
        {
            foreach (var error in errors.EnumerateObject())
            {
                text.Append('\n').Append("  ").Append(error.Name).Append(": ").Append(error.Value.Text());
            }
        }

        if (reply.RetryAfter is { } wait)
        {
            text.Append(" Try again in ").Append((int)Math.Ceiling(wait.TotalSeconds)).Append(" s.");
        }

        return new(CodeOf(reply), text.ToString());
    }
}

/// <summary>The codes of problems, and OAuth's errors, that the command line acts on.</summary>
static class Codes
{
    public const string FreshSignInRequired = "fresh_sign_in_required";

    public const string Unavailable = "unavailable";

    public const string AuthorizationPending = "authorization_pending";

    public const string SlowDown = "slow_down";

    public const string AccessDenied = "access_denied";

    public const string ExpiredToken = "expired_token";

    public const string InvalidGrant = "invalid_grant";
}
