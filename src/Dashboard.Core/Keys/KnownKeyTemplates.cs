using System.Collections.Concurrent;
using Dashboard.Core.Data;
using Dashboard.Core.Keys.Format;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>The shapes that a key may have: this start's template, and those that keys were minted by before.</summary>
/// <param name="options">The setting.</param>
public sealed class KnownKeyTemplates(KeyOptions options)
{
    readonly ConcurrentDictionary<string, KeyTemplate> templates = new(StringComparer.Ordinal) { [options.Template.Text] = options.Template };

    /// <summary>Whether a text has one of the shapes that are known, with the right checksum. Before a text is called malformed, <see cref="LoadAsync"/> has to
    /// be asked for those that are not.</summary>
    /// <param name="text">Any text.</param>
    public bool Fits(ReadOnlySpan<char> text)
    {
        foreach (var (_, template) in templates)
        {
            if (template.Fits(text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Learns the templates that another node, or an earlier start, has minted by.</summary>
    /// <param name="context">Where they are read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task LoadAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        foreach (var text in await context.UsedTemplates.AsNoTracking().Select(template => template.Text).ToListAsync(cancellationToken))
        {
            if (!templates.ContainsKey(text) && KeyTemplate.TryParse(text, out var template, out _))
            {
                templates[text] = template;
            }
        }
    }
}
