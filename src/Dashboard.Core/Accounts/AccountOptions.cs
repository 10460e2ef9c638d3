namespace Dashboard.Core.Accounts;

/// <summary>The settings under <c>Accounts</c>.</summary>
[SettingsSection("Accounts")]
public sealed class AccountOptions
{
    /// <summary>Whether anyone with an email address may create an account. Otherwise people come by invitation.</summary>
    public bool Registration { get; init; }
}
