using Dashboard.Core.Keys.Format;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Keys;

/// <summary>The <c>Keys</c> settings.</summary>
public sealed class KeyOptions
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A setting is not valid.</exception>
    public KeyOptions(IConfiguration configuration)
    {
        var text = configuration["Keys:Template"] ?? KeyTemplate.Default;
        Template = KeyTemplate.TryParse(text, out var template, out var fault)
            ? template
            : throw new SettingException("Keys:Template", $"\"{text}\" is not valid: {char.ToLowerInvariant(fault[0])}{fault[1..].TrimEnd('.')}");
        MaxActivePerProject = Settings.OptionalInteger(configuration, "Keys:MaxActivePerProject", 1, 10_000_000) ?? 10;
        AcceptBearer = Settings.Boolean(configuration, "Keys:AcceptBearer", otherwise: true);
    }

    /// <summary>The template of new keys.</summary>
    public KeyTemplate Template { get; }

    /// <summary>The maximum number of active and inactive keys in a project.</summary>
    public int MaxActivePerProject { get; }

    /// <summary>Whether keys are accepted in <c>Authorization: Bearer</c>.</summary>
    public bool AcceptBearer { get; }
}
