namespace Dashboard.Api;

/// <summary>Input that an endpoint binds from a request, and that may be invalid.</summary>
interface IInput
{
    /// <summary>The error, or null if the input is valid.</summary>
    Error? Error { get; }
}

/// <summary>Describes the input of an endpoint, for the OpenAPI document.</summary>
/// <param name="Type">The type that it is bound to.</param>
/// <param name="IsBody">Whether it is the body; otherwise, it is the query.</param>
/// <param name="IsOAuth">Whether it may also be form-encoded, and its errors are OAuth errors.</param>
sealed record InputMetadata(Type Type, bool IsBody, bool IsOAuth = false);

/// <summary>Describes a request header of an endpoint, for the OpenAPI document.</summary>
sealed record HeaderMetadata(string Name, string Sentence, string Example);

/// <summary>What all API endpoint groups have in common.</summary>
static class EndpointGroups
{
    static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Rejects invalid input before the endpoint is called, and keeps caches from storing responses.</summary>
    public static RouteGroupBuilder AsApi(this RouteGroupBuilder group) => group.AddEndpointFilter((context, next) =>
    {
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return context.Arguments.OfType<IInput>().FirstOrDefault(input => input.Error is not null) is { } unreadable
            ? ValueTask.FromResult<object?>(unreadable.Error!.ToResult())
            : next(context);
    });

    /// <summary>Maps GET and HEAD to the same handler (RFC 9110 section 9.3.2).</summary>
    public static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder endpoints, string pattern, Delegate handler) =>
        endpoints.MapMethods(pattern, Read, handler);
}

/// <summary>Marks an endpoint that verifies the presented credential itself.</summary>
sealed class PresentedCredentialMetadata;

/// <summary>Marks an endpoint at which OAuth clients authenticate: by HTTP Basic or in the body.</summary>
/// <param name="TakesToken">Whether an access token of the caller does as well.</param>
sealed record ClientAuthenticationMetadata(bool TakesToken = false);
