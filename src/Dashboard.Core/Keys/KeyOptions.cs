using System.ComponentModel.DataAnnotations;
using Dashboard.Core.Keys.Format;

namespace Dashboard.Core.Keys;

/// <summary>The settings under <c>Keys</c>.</summary>
[SettingsSection("Keys")]
public sealed class KeyOptions
{
    /// <summary>The template that new keys are minted by. It can change at any time: keys of earlier templates stay valid.</summary>
    public KeyTemplate Template { get; init; } = KeyTemplate.OfDefault;

    /// <summary>How many keys of a project may be active or inactive at a time.</summary>
    [Range(1, 10_000_000)]
    public int MaxActivePerProject { get; init; } = 10;

    /// <summary>Whether <c>Authorization: Bearer</c> may carry a key.</summary>
    public bool AcceptBearer { get; init; } = true;
}
