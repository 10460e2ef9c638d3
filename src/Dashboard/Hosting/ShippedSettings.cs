using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace Dashboard.Hosting;

/// <summary>The default settings that ship with the program.</summary>
static class ShippedSettings
{
    /// <summary>Reads the <c>appsettings.json</c> next to the program, whatever the working directory is. It is the first source, so that
    /// all other settings override it.</summary>
    public static void AddShippedSettings(this IConfigurationBuilder configuration)
    {
        var settings = new JsonConfigurationSource
        {
            FileProvider = new PhysicalFileProvider(AppContext.BaseDirectory),
            Path = "appsettings.json",
            Optional = true,
        };
        configuration.Sources.Insert(0, settings);
    }
}
