using Dashboard.Core.Keys.Format;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Keys;

/// <summary>The settings under <c>Keys</c>.</summary>
public sealed class KeyOptions
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">One of them cannot be used.</exception>
    public KeyOptions(IConfiguration configuration)
    {
        var text = configuration["Keys:Template"] ?? KeyTemplate.Default;
        Template = KeyTemplate.TryParse(text, out var template, out var fault)
            ? template
            : throw new SettingException("Keys:Template", $"\"{text}\" cannot be used: {char.ToLowerInvariant(fault[0])}{fault[1..].TrimEnd('.')}");
        MaxActivePerProject = Settings.OptionalInteger(configuration, "Keys:MaxActivePerProject", 1, 10_000_000) ?? 10;
        AcceptBearer = Settings.Boolean(configuration, "Keys:AcceptBearer", otherwise: true);
    }

    /// <summary>The template that new keys are minted by.</summary>
    public KeyTemplate Template { get; }

    /// <summary>How many keys of a project may be active or inactive at a time.</summary>
    public int MaxActivePerProject { get; }

    /// <summary>Whether <c>Authorization: Bearer</c> may carry a key.</summary>
    public bool AcceptBearer { get; }
}
