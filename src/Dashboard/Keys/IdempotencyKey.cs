using System.Reflection;
using Dashboard.Api;
using Microsoft.AspNetCore.Http.Metadata;

namespace Dashboard.Keys;

/// <summary>Binds the request header <c>Idempotency-Key</c>. The service validates its value.</summary>
sealed class IdempotencyKey : IBindableFromHttpContext<IdempotencyKey>, IEndpointParameterMetadataProvider, IInput
{
    const string Header = "Idempotency-Key";

    static readonly HeaderMetadata about = new(
        Header,
        "Makes the request idempotent for 24 hours: a repeat creates nothing and returns 409 already_created with the id of what " +
        "was created. 1 to 255 visible ASCII characters.",
        "7f9c24e8-3b12-4ef5-9d5c-1f6a4c8e2b70");

    IdempotencyKey(string? value, Error? fault) => (Value, Error) = (value, fault);

    public Error? Error { get; }

    /// <summary>The value, or null if the request has none.</summary>
    public string? Value { get; }

    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var sent = context.Request.Headers[Header];
        return new(sent.Count > 1
            ? new IdempotencyKey(null, Error.Invalid("idempotency_key", "Send it only once."))
            : new IdempotencyKey(sent.Count == 0 ? null : sent[0] ?? "", null));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(about);
}
