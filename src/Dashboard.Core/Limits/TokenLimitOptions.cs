using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Limits;

/// <summary>The settings under <c>Limits</c> that concern access tokens. They hold for each node by itself; 0 is no limit.</summary>
[SettingsSection("Limits")]
public sealed class TokenLimitOptions
{
    /// <summary>Access tokens that one service account may get in a minute.</summary>
    [Range(0, 10_000_000)]
    public int TokensPerMinute { get; init; } = 600;
}
