using Microsoft.AspNetCore.StaticAssets;

namespace Dashboard.Hosting;

/// <summary>Finds the scripts, styles and fonts of the pages. A published build has them in <c>wwwroot</c> beside the program. Build output
/// has a manifest that says where they are.</summary>
static class PageFiles
{
    /// <summary>The folder of a published build, which does not depend on the working directory; null for build output.</summary>
    public static string? PublishedRoot { get; } =
        Path.Combine(AppContext.BaseDirectory, "wwwroot") is var folder && Directory.Exists(folder) ? folder : null;

    /// <summary>Serves build output from its manifest in every environment. The framework does so only in Development; elsewhere it answers
    /// 200 without a body.</summary>
    public static void UsePageFiles(this WebApplicationBuilder builder)
    {
        if (PublishedRoot is null && !builder.Environment.IsDevelopment())
        {
            builder.WebHost.UseStaticWebAssets();
        }
    }

    /// <summary>Verifies that every mapped file exists.</summary>
    /// <exception cref="StartException">A file is missing.</exception>
    public static void CheckPageFiles(this WebApplication app)
    {
        var files = app.Environment.WebRootFileProvider;
        var missing = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>()?.AssetPath).OfType<string>()
            .FirstOrDefault(path => files.GetFileInfo(path) is not { Exists: true, Length: > 0 });
        if (missing is not null)
        {
            throw new StartException(
                $"The pages cannot be served because the file {missing} is missing: run `dotnet publish src/Dashboard -c Release -o FOLDER` and start FOLDER/Dashboard.dll.");
        }
    }
}
