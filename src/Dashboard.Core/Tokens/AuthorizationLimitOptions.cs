using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Tokens;

/// <summary>The <c>Limits</c> settings for authorizations.</summary>
[SettingsSection("Limits")]
public sealed class AuthorizationLimitOptions
{
    /// <summary>The maximum number of active authorizations of one person for one client; the next one ends the oldest. 0 is no
    /// limit.</summary>
    [Range(0, 100_000)]
    public int AuthorizationsPerPerson { get; init; } = 50;
}
