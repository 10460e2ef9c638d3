using System.CommandLine;

namespace Dashboard.Cli.Completion;

/// <summary><c>latchkey completion</c>: what a shell runs to complete commands with the tab key.</summary>
sealed class CompletionCommand(CommandFactory factory)
{
    readonly Argument<string> shell = new("shell") { Description = "The shell: bash, zsh or pwsh." };

    // Each passes the position of the cursor and the line, without the command's own name, to latchkey itself.
    const string Bash = """
        _latchkey() {
          local line=${COMP_LINE#* }
          local at=$(( COMP_POINT - ${#COMP_LINE} + ${#line} )) word=${COMP_WORDS[COMP_CWORD]} skip='^[-/]'
          [[ $word != -* ]] || skip='^/'
          mapfile -t COMPREPLY < <(compgen -W "$(latchkey "[suggest:$at]" "$line" 2>/dev/null | grep -v "$skip")" -- "$word")
        }
        complete -o default -F _latchkey latchkey
        """;

    const string Zsh = """
        #compdef latchkey
        _latchkey() {
          local line=${BUFFER#* } skip='^[-/]'
          local -a found
          [[ $words[CURRENT] != -* ]] || skip='^/'
          found=(${(f)"$(latchkey "[suggest:$(( CURSOR - ${#BUFFER} + ${#line} ))]" "$line" 2>/dev/null | grep -v "$skip")"})
          compadd -- $found
        }
        compdef _latchkey latchkey
        """;

    const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName latchkey -ScriptBlock {
            param($word, $ast, $position)
            $text = $ast.ToString()
            $start = $text.IndexOf(' ') + 1
            $line = $text.Substring($start)
            $skip = if ($word -like '-*') { '^/' } else { '^[-/]' }
            latchkey "[suggest:$($position - $ast.Extent.StartOffset - $start)]" $line 2>$null | Where-Object { $_ -notmatch $skip } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public Command Create()
    {
        shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        return factory.Leaf("completion", "Print the script that completes commands in a shell.", Run, shell);
    }

    Task Run(Invocation invocation, CancellationToken cancellationToken)
    {
        invocation.Machine.Output.WriteLine(
            invocation.Parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => PowerShell });
        return Task.CompletedTask;
    }
}
