using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace Dashboard.Hosting;

/// <summary>The settings that come with the program.</summary>
static class ShippedSettings
{
    /// <summary>Reads the <c>appsettings.json</c> that lies beside the program before everything else, so that it counts from whatever folder the program is
    /// started, and anything that an operator sets wins over it.</summary>
    public static void AddShippedSettings(this IConfigurationBuilder configuration) => configuration.Sources.Insert(0, new JsonConfigurationSource
    {
        FileProvider = new PhysicalFileProvider(AppContext.BaseDirectory),
        Path = "appsettings.json",
        Optional = true,
    });
}
