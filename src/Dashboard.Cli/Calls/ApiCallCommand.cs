using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Cli.Access;
using Dashboard.Cli.Server;

namespace Dashboard.Cli.Calls;

/// <summary><c>latchkey api-call</c>: any request to the server, with the sign-in of the profile.</summary>
sealed partial class ApiCallCommand(CommandFactory factory)
{
    readonly Argument<string> method = new("method") { Description = "GET, POST, …." };
    readonly Argument<string> path = new("path") { Description = "The path, such as /v1/capabilities." };
    readonly Option<string?> data = new("--data", "-d")
    {
        Description = "The body: JSON, @file, or - for standard input.",
        HelpName = "body",
    };
    readonly Option<string[]> headers = new("--header", "-H")
    {
        Description = "A header, as 'Name: value'. May be repeated.",
        HelpName = "header",
    };

    public Command Create() =>
        factory.Leaf("api-call", "Send a request to the server, and print its answer.", RunAsync, method, path, data, headers);

    async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var verb = invocation.Parsed.GetRequiredValue(method).ToUpperInvariant();
        if (!Verb().IsMatch(verb))
        {
            throw new Failure(ExitCode.Usage, $"{verb} is not a method. The order is: latchkey api-call GET /v1/capabilities.");
        }

        var request = new Request(new(verb), invocation.Parsed.GetRequiredValue(path), await ReadBodyAsync(invocation, cancellationToken))
        {
            Headers = [.. (invocation.Parsed.GetValue(headers) ?? []).Select(ReadHeader)],
        };
        var reply = await Caller.Of(invocation).TrySendAsync(request, cancellationToken);
        await PrintAsync(invocation, reply, cancellationToken);
        if (!reply.IsOk)
        {
            throw Refusals.Of(reply);
        }
    }

    /// <summary>What the server answered, also if it refused: indented for a person, and as it came for a program.</summary>
    static async Task PrintAsync(Invocation invocation, Reply reply, CancellationToken cancellationToken)
    {
        if (reply.Body.Length == 0)
        {
            return;
        }

        if (reply.IsJson && (invocation.Json || invocation.Machine.OutputIsTerminal) && reply.Json.ValueKind != JsonValueKind.Undefined)
        {
            invocation.Answer.Json(reply.Json);
            return;
        }

        await using var output = invocation.Machine.OpenOutput();
        await output.WriteAsync(reply.Body, cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    async Task<byte[]?> ReadBodyAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var given = invocation.Parsed.GetValue(data);
        try
        {
            return given switch
            {
                null => null,
                "-" => Encoding.UTF8.GetBytes(await invocation.Machine.Input.Value.ReadToEndAsync(cancellationToken)),
                ['@', .. var file] => await File.ReadAllBytesAsync(file, cancellationToken),
                _ => Encoding.UTF8.GetBytes(given),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Usage, $"The body cannot be read: {exception.Message}", exception);
        }
    }

    static (string Name, string Value) ReadHeader(string header) =>
        header.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && header[..colon].Trim() is var name
            && HeaderName().IsMatch(name)
        && !header.Any(char.IsControl)
            ? name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
                ? throw new Failure(ExitCode.Usage, "The sign-in is the credential. To send another token, set LATCHKEY_TOKEN.")
                : (name, header[(colon + 1)..].Trim())
            : throw new Failure(ExitCode.Usage, $"{header} is not a header. Use 'Name: value'.");

    [GeneratedRegex("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HeaderName();

    [GeneratedRegex("^[A-Z]{1,20}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Verb();
}
