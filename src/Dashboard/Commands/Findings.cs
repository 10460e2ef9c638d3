namespace Dashboard.Commands;

/// <summary>What the doctor found, printed one line a check.</summary>
sealed class Findings(TextWriter output)
{
    /// <summary>Whether something is wrong.</summary>
    public bool HasFault { get; private set; }

    /// <summary>Reports a check that found nothing.</summary>
    public Task GoodAsync(string check, string text) => WriteAsync("ok", check, text);

    /// <summary>Reports a check that could not be made, which is no fault by itself.</summary>
    public Task SkippedAsync(string check, string text) => WriteAsync("--", check, text);

    /// <summary>Reports a fault, with what to do.</summary>
    public Task WrongAsync(string check, string text)
    {
        HasFault = true;
        return WriteAsync("!!", check, text);
    }

    Task WriteAsync(string mark, string check, string text) => output.WriteLineAsync($"{mark} {check,-16} {text.ReplaceLineEndings(" ")}");
}
