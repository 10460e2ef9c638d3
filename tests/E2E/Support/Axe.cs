using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Dashboard.Tests.E2E.Support;

/// <summary>axe-core, run in the page itself. The package's own runner opens another page for each run, which costs more than the
/// run.</summary>
static class Axe
{
    static readonly string Script = new BundledAxeScriptProvider().GetScript();

    static readonly string[] ContrastRules = ["color-contrast", "link-in-text-block"];

    const string Run = """
        async (part, rules) => {
          const result = await axe.run(part, { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) });
          return result.violations.map(v => `axe ${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`);
        }
        """;

    /// <summary>What axe finds in <paramref name="part"/>, by every rule or by those of contrast alone. The root element stands for the
    /// whole page.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(ILocator part, bool contrastOnly)
    {
        if (!await part.Page.EvaluateAsync<bool>("'axe' in window"))
        {
            await part.Page.EvaluateAsync(Script);
        }

        return await part.EvaluateAsync<string[]>(Run, contrastOnly ? ContrastRules : null);
    }
}
