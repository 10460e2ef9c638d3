using Microsoft.AspNetCore.StaticAssets;

namespace Dashboard.Hosting;

/// <summary>Where the pages' scripts, styles and fonts lie: in <c>wwwroot</c> beside the program in a published build, and wherever the build's manifest names them in
/// build output.</summary>
static class PageFiles
{
    /// <summary>The folder of a published build, whatever folder it is started in; null in build output.</summary>
    public static string? PublishedRoot { get; } = Path.Combine(AppContext.BaseDirectory, "wwwroot") is var folder && Directory.Exists(folder) ? folder : null;

    /// <summary>Serves build output by its manifest in every environment. The framework reads it in Development alone, and elsewhere would answer 200 with no bytes.</summary>
    public static void UsePageFiles(this WebApplicationBuilder builder)
    {
        if (PublishedRoot is null && !builder.Environment.IsDevelopment())
        {
            builder.WebHost.UseStaticWebAssets();
        }
    }

    /// <summary>Makes sure that every file is there that the build lists. Call it once they are mapped.</summary>
    /// <exception cref="StartException">One is not.</exception>
    public static void CheckPageFiles(this WebApplication app)
    {
        var files = app.Environment.WebRootFileProvider;
        var missing = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>()?.AssetPath).OfType<string>()
            .FirstOrDefault(path => files.GetFileInfo(path) is not { Exists: true, Length: > 0 });
        if (missing is not null)
        {
            throw new StartException(
                $"The pages cannot be served, since {missing} is missing beside the program: run `dotnet publish src/Dashboard -c Release -o FOLDER`, then start FOLDER/Dashboard.dll.");
        }
    }
}
