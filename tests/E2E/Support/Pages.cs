using Dashboard.Tests.Unit.Support;

namespace Dashboard.Tests.E2E.Support;

/// <summary>The pages under <c>docs</c>, whose texts are run as they stand.</summary>
static class Pages
{
    /// <summary>The one block of a language on a page; where something is named that it holds, the one that does.</summary>
    public static string Block(string page, string language, string holds = "")
    {
        var blocks = File.ReadAllText(Path.Combine(Repository.Root, "docs", page)).Split($"```{language}\n")[1..]
            .Select(part => part.Split("```\n")[0]).Where(block => block.Contains(holds, StringComparison.Ordinal)).ToList();
        return blocks is [var block] ? block : throw new InvalidOperationException($"{page} has {blocks.Count} blocks of {language} with \"{holds}\".");
    }
}
