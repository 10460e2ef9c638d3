using System.Collections.Concurrent;
using Dashboard.Core.Data;
using Dashboard.Core.Keys.Format;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>The formats that a key may have: the current template and those that existing keys were created with.</summary>
public sealed class KnownKeyTemplates(KeyOptions options)
{
    readonly ConcurrentDictionary<string, KeyTemplate> templates =
        new(StringComparer.Ordinal) { [options.Template.Text] = options.Template };

    /// <summary>Returns whether the text matches a known template, including its checksum. Before treating text as malformed, call
    /// <see cref="LoadAsync"/> for templates that are not known yet.</summary>
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

    /// <summary>Returns whether the text is probably a mistyped or truncated key of a known template.</summary>
    public bool Resembles(ReadOnlySpan<char> text)
    {
        foreach (var (_, template) in templates)
        {
            if (template.Resembles(text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Loads the templates that other nodes or earlier configurations have used.</summary>
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
