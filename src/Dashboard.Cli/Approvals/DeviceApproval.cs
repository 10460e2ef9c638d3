using System.Text.Json;
using Dashboard.Cli.Profiles;
using Dashboard.Cli.Server;

namespace Dashboard.Cli.Approvals;

/// <summary>What a person is asked to approve.</summary>
/// <param name="OpensBrowser">Whether to open the page, where there is a browser.</param>
sealed record ApprovalRequest(string Scope, string? Resource = null, bool OpensBrowser = true);

/// <summary>Asks a person, in a browser, to approve this command line (RFC 8628).</summary>
static class DeviceApproval
{
    static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(5);

    /// <summary>Returns the answer of the token endpoint once the person has approved.</summary>
    public static async Task<JsonElement> AskAsync(
        ServerClient server, Invocation invocation, ApprovalRequest request, CancellationToken cancellationToken)
    {
        var device = await server.AuthorizeDeviceAsync(request.Scope, request.Resource, cancellationToken);
        Show(device, invocation, request);
        var interval = device.Number("interval") is { } seconds and >= 0 ? TimeSpan.FromSeconds(seconds) : UsualInterval;
        var end = invocation.Machine.Time.GetUtcNow() + TimeSpan.FromSeconds(device.Number("expires_in") ?? 1800);
        while (invocation.Machine.Time.GetUtcNow() < end)
        {
            await Task.Delay(interval, invocation.Machine.Time, cancellationToken);
            var reply = await PollAsync(server, device.Text("device_code"), cancellationToken);
            switch (reply)
            {
                case null:
                case { Code: Codes.AuthorizationPending }:
                case { Status: 429 or >= 500 }:
                    break;
                case { Code: Codes.SlowDown }:
                    interval += UsualInterval;
                    break;
                case { Code: Codes.AccessDenied }:
                    throw new Failure(ExitCode.NotApproved, "The request was denied.");
                case { Code: Codes.ExpiredToken }:
                    throw TooLate();
                default:
                    return reply.EnsureOk().Json;
            }
        }

        throw TooLate();
    }

    /// <summary>Reads the tokens of an answer.</summary>
    public static TokenSet ToTokens(this JsonElement answer, ServerClient server, TimeProvider time) => new(
        ServerUrl.Show(server.Url), answer.Text("access_token"), answer.Text("refresh_token") is { Length: > 0 } refresh ? refresh : null,
        time.GetUtcNow() + TimeSpan.FromSeconds(answer.Number("expires_in") ?? 0));

    static void Show(JsonElement device, Invocation invocation, ApprovalRequest request)
    {
        var (page, code) = (device.Text("verification_uri"), device.Text("user_code"));
        invocation.Answer.Tell($"Open {page} and enter the code {code}.");
        var whole = device.Text("verification_uri_complete");
        if (request.OpensBrowser && Uri.TryCreate(whole, UriKind.Absolute, out var url) && invocation.Machine.OpenBrowser(url))
        {
            invocation.Answer.Note("Your browser shows the page. Check that it shows the same code.");
        }

        invocation.Answer.Note("Waiting for the approval…");
    }

    /// <summary>A server that is gone for a moment does not end the wait.</summary>
    static async Task<Reply?> PollAsync(ServerClient server, string deviceCode, CancellationToken cancellationToken)
    {
        try
        {
            return await server.PollAsync(deviceCode, cancellationToken);
        }
        catch (Failure failure) when (failure.Code == ExitCode.Unavailable)
        {
            return null;
        }
    }

    static Failure TooLate() => new(ExitCode.NotApproved, "Nobody approved the request in time. Run the command again.");
}
