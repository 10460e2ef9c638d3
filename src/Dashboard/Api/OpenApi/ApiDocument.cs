using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Dashboard.Api.OpenApi;

/// <summary>The serialized OpenAPI document. It is cached, because it does not change while the process runs.</summary>
sealed class ApiDocument([FromKeyedServices(ApiDescription.Name)] IOpenApiDocumentProvider provider) : IDisposable
{
    readonly SemaphoreSlim gate = new(1);
    byte[]? bytes;

    public async Task<byte[]> GetAsync(CancellationToken cancellationToken)
    {
        if (bytes is { } known)
        {
            return known;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            if (bytes is null)
            {
                var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
                using var stream = new MemoryStream();
                await document.SerializeAsync(
                    stream, OpenApiSpecVersion.OpenApi3_1, OpenApiConstants.Json, new OpenApiJsonWriterSettings { Terse = true },
                    cancellationToken);
                bytes = stream.ToArray();
            }

            return bytes;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();
}
