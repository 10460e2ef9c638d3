using Dashboard.Tests.Unit.Support;

namespace Dashboard.Tests.E2E.Support;

/// <summary>The pages under <c>docs</c>, whose code is run unchanged.</summary>
static class Pages
{
    /// <summary>Returns the code block of a language on a page, optionally the one that contains a text.</summary>
    public static string Block(string page, string language, string holds = "")
    {
        var blocks = File.ReadAllText(Path.Combine(Repository.Root, "docs", page)).Split($"```{language}\n")[1..]
            .Select(part => part.Split("```\n")[0]).Where(block => block.Contains(holds, StringComparison.Ordinal)).ToList();
        return blocks is [var block] ? block
            : throw new InvalidOperationException($"{page} has {blocks.Count} blocks of {language} with \"{holds}\".");
    }
}
