using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Cli;

/// <summary>The scripts of <c>latchkey completion</c>, in the shells that they are for.</summary>
public sealed class CompletionTests
{
    const string Bash = """
        eval "$(latchkey completion bash)"
        COMP_LINE=$1 COMP_POINT=${#1}
        read -ra COMP_WORDS <<<"$1"
        [[ $1 != *' ' ]] || COMP_WORDS+=("")
        COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
        _latchkey
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    /// <summary>What zsh's own completion would call is replaced, which needs no terminal.</summary>
    const string Zsh = """
        compdef() { }
        compadd() { shift; print -rl -- "$@" }
        source <(latchkey completion zsh)
        BUFFER=$1 CURSOR=${#1}
        words=("${(@s: :)1}") CURRENT=${#words}
        _latchkey
        """;

    const string PowerShell = """
        latchkey completion pwsh | Out-String | Invoke-Expression
        (TabExpansion2 $env:LINE $env:LINE.Length).CompletionMatches.CompletionText
        """;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("pwsh")]
    public async Task Shell_completes_commands_options_and_values(string shell)
    {
        Assert.Equal("api-key", await CompleteAsync(shell, "latchkey api-k"));
        Assert.Equal("disable enable generate list revoke show", await CompleteAsync(shell, "latchkey api-key "));
        Assert.Equal("--environment", await CompleteAsync(shell, "latchkey api-key list --en"));
        Assert.Equal("live test", await CompleteAsync(shell, "latchkey api-key list --environment "));
    }

    static async Task<string> CompleteAsync(string shell, string line)
    {
        var found = ExternalProcess.Find(shell);
        Assert.SkipWhen(found is null, shell == "pwsh" ? "no pwsh: dotnet tool install --global PowerShell" : $"no {shell}");
        var folder = Directory.CreateTempSubdirectory("latchkey-");
        try
        {
            var variables = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PATH"] = $"{LatchkeyProgram.Build}:{Environment.GetEnvironmentVariable("PATH")}",
                ["HOME"] = folder.FullName,
                ["LINE"] = line,
            };
            string[] arguments = shell switch
            {
                "bash" => ["-c", Bash, shell, line],
                "zsh" => ["-f", "-c", Zsh, shell, line],
                _ => ["-NoProfile", "-NonInteractive", "-Command", PowerShell],
            };
            var said = await ExternalProcess.RunAsync(found!, folder.FullName, variables, Stop, arguments);
            return string.Join(' ', said.Split('\n').Select(word => word.TrimEnd('\r')));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
