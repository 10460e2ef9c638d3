using System.Reflection;
using Dashboard.Api;
using Microsoft.AspNetCore.Http.Metadata;

namespace Dashboard.Keys;

/// <summary>The request header <c>Idempotency-Key</c>. What it may hold is for the domain to judge.</summary>
sealed class IdempotencyKey : IBindableFromHttpContext<IdempotencyKey>, IEndpointParameterMetadataProvider, IInput
{
    const string Header = "Idempotency-Key";

    static readonly HeaderMetadata about = new(
        Header, "Makes a repeat of this request within a day make nothing: 409 already_created with the key's id. 1 to 255 visible ASCII characters of the caller's choice.",
        "7f9c24e8-3b12-4ef5-9d5c-1f6a4c8e2b70");

    IdempotencyKey(string? value, Error? fault) => (Value, Error) = (value, fault);

    public Error? Error { get; }

    /// <summary>Its value, or null where the request has none.</summary>
    public string? Value { get; }

    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var sent = context.Request.Headers[Header];
        return new(sent.Count > 1 ? new IdempotencyKey(null, Error.Invalid("idempotency_key", "Send it once.")) : new IdempotencyKey(sent.Count == 0 ? null : sent[0] ?? "", null));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(about);
}
