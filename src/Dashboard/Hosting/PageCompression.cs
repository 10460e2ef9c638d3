using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace Dashboard.Hosting;

/// <summary>Compresses pages, and nothing else. Files are compressed when they are built. Answers to programs are small, and some hold a secret beside what the
/// request said, which compression would let a listener guess at by the length. A page holds no key, and what it does hold (its forms' tokens, its circuit's state)
/// is encrypted anew for each answer: there is nothing to guess at.</summary>
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
