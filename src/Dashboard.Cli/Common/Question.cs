using System.CommandLine;

namespace Dashboard.Cli.Common;

/// <summary>Asks before an action that cannot be undone, at a terminal. A script is not asked.</summary>
static class Question
{
    const string Yes = "--yes";

    public static Option<bool> YesOption() => new(Yes, "-y") { Description = "Do not ask." };

    /// <summary>Fails if the person says no.</summary>
    public static void Confirm(Invocation invocation, string question)
    {
        var machine = invocation.Machine;
        if (!machine.InputIsTerminal || !machine.ErrorIsTerminal || !invocation.MayAsk || invocation.Parsed.GetValue<bool>(Yes))
        {
            return;
        }

        machine.Error.Write($"{Printable.Of(question)} [y/N] ");
        if (machine.Input.Value.ReadLine()?.Trim() is not ("y" or "Y" or "yes" or "Yes"))
        {
            throw new Failure(ExitCode.NotApproved, "Nothing was changed.");
        }
    }
}
