using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace Dashboard.Hosting;

/// <summary>Compresses pages only. Static files are compressed at build time. API responses are small, and some contain a secret next to
/// data from the request, so that compression would leak it through the length (BREACH). A page contains no key, and its secrets
/// (antiforgery tokens, circuit state) are encrypted differently in each response.</summary>
static class PageCompression
{
    public static IServiceCollection AddPageCompression(this IServiceCollection services)
    {
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Optimal);
        return services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = ["text/html"];
        });
    }
}
