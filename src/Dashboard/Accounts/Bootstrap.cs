using Dashboard.Core.Setup;

namespace Dashboard.Accounts;

/// <summary>The settings under <c>Bootstrap</c>: the first owner, organization and project, while there is no user yet.</summary>
[SettingsSection("Bootstrap")]
sealed class BootstrapOptions
{
    /// <summary>The first owner's email address.</summary>
    public string? Email { get; init; }

    /// <summary>The first owner's password.</summary>
    [Secret]
    public string? Password { get; init; }

    /// <summary>The first organization's name.</summary>
    public string? Organization { get; init; }

    /// <summary>The first project's name.</summary>
    public string? Project { get; init; }
}

/// <summary>First-run setup without a browser: creates the first owner from settings.</summary>
static class Bootstrap
{
    const string Section = "Bootstrap:";

    /// <summary>Creates the first owner, organization and project from the <c>Bootstrap:*</c> settings. Does nothing if none of them is
    /// set, or if there is already a user.</summary>
    /// <exception cref="SettingException">Setup is needed, and a setting is missing or invalid.</exception>
    public static async Task BootstrapAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        var options = SettingsBinder.Read<BootstrapOptions>(services.GetRequiredService<IConfiguration>());
        var (email, password, organization, project) = (options.Email, options.Password, options.Organization, options.Project);
        var setUp = services.GetRequiredService<SetUpService>();
        if ((email ?? password ?? organization ?? project) is null || !await setUp.IsOpenAsync(cancellationToken))
        {
            return;
        }

        if (email is null || password is null)
        {
            throw new SettingException(
                Section + (email is null ? "Email" : "Password"),
                "is not set, and the first owner needs both Bootstrap:Email and Bootstrap:Password");
        }

        var installation = new NewInstallation(email, password, organization ?? "My organization", project ?? "Default");
        var outcome = await setUp.SetUpAsync(Actor.System, installation, cancellationToken);
        if (outcome.Error?.Errors?.FirstOrDefault() is { } wrong)
        {
            throw new SettingException(
                $"{Section}{char.ToUpperInvariant(wrong.Key[0])}{wrong.Key[1..]}",
                $"cannot be used: {char.ToLowerInvariant(wrong.Value[0])}{wrong.Value[1..].TrimEnd('.')}");
        }
    }
}
