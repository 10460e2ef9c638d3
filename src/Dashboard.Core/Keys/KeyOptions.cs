using System.ComponentModel.DataAnnotations;
using Dashboard.Core.Keys.Format;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Keys;

/// <summary>The <c>Keys</c> settings.</summary>
[SettingsSection("Keys")]
public sealed class KeyOptions
{
    /// <summary>The template of new keys. It can change at any time: existing keys stay valid.</summary>
    public KeyTemplate Template { get; init; } = KeyTemplate.OfDefault;

    /// <summary>The maximum number of active and disabled keys in a project.</summary>
    [Range(1, 10_000_000)]
    public int MaxActivePerProject { get; init; } = 10;

    /// <summary>Whether imported keys count toward the limit, like others. If not, they never do.</summary>
    public bool CountImported { get; init; } = true;

    /// <summary>The presets for new keys: each a name, permissions and an expiry. <see cref="KeyPresets"/> reads them.</summary>
    public IConfigurationSection? Presets { get; init; }

    /// <summary>Whether keys are accepted in <c>Authorization: Bearer</c>.</summary>
    public bool AcceptBearer { get; init; } = true;
}
