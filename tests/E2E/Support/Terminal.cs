using System.Text.Json;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Types what the documentation prints, without changing a character of it.</summary>
static class Terminal
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Runs a program and returns the JSON values that it prints. Where a text names <c>http://localhost:5080</c> curl connects to
    /// the product.</summary>
    /// <param name="product">Where it goes.</param>
    /// <param name="variables">The variables that the text uses and that its page says how to set.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<List<JsonElement>> RunAsync(
        Uri product, IReadOnlyDictionary<string, string> variables, string program, params string[] arguments)
    {
        var found = ExternalProcess.Find(program);
        Assert.SkipWhen(found is null, $"no {program}");
        Assert.SkipWhen(program == "bash" && ExternalProcess.Find("curl") is null, "no curl");
        var folder = Directory.CreateTempSubdirectory("latchkey-");
        try
        {
            // A person sees a progress meter, on another line.
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, ".curlrc"),
                $"silent\nshow-error\nconnect-to = \"localhost:5080:{product.Host}:{product.Port}\"\n", Token);
            var environment = new Dictionary<string, string>(variables, StringComparer.Ordinal)
            {
                ["HOME"] = folder.FullName,
                ["LATCHKEY_URL"] = product.GetLeftPart(UriPartial.Authority)
            };
            var said = await ExternalProcess.RunAsync(found!, folder.FullName, environment, Token, arguments);
            return [.. said.Replace("}{", "}\n{", StringComparison.Ordinal).Split('\n').Select(text => Parse(text, said))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The arguments that a line of the documentation gives to a program.</summary>
    public static async Task<string[]> ArgumentsAsync(string program, string line)
    {
        var bash = ExternalProcess.Find("bash");
        Assert.SkipWhen(bash is null, "no bash");
        var said = await ExternalProcess.RunAsync(
            bash!, Repository.Root, new Dictionary<string, string>(StringComparer.Ordinal), Token,
            "-c", $"{program}() {{ printf '%s\\n' \"$@\"; }}\n{line}");
        return said.Split('\n');
    }

    static JsonElement Parse(string text, string said)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException(said, exception);
        }
    }
}
