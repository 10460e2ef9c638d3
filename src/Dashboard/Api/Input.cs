namespace Dashboard.Api;

/// <summary>Something that an endpoint takes from a request, and that may not be readable.</summary>
interface IInput
{
    /// <summary>What is wrong with it, or null.</summary>
    Error? Error { get; }
}

/// <summary>What an endpoint takes, for the API's description.</summary>
/// <param name="Type">What it is read into.</param>
/// <param name="IsBody">Whether it is the body, or the query.</param>
/// <param name="IsOAuth">Whether it may also be form-encoded, and what is wrong with it is told as OAuth words it.</param>
sealed record InputMetadata(Type Type, bool IsBody, bool IsOAuth = false);

/// <summary>A request header that an endpoint takes, for the API's description.</summary>
sealed record HeaderMetadata(string Name, string Sentence, string Example);

/// <summary>What all groups of endpoints for programs have in common.</summary>
static class EndpointGroups
{
    static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Input that cannot be read is told before the endpoint is called, and no cache keeps an answer.</summary>
    public static RouteGroupBuilder AsApi(this RouteGroupBuilder group) => group.AddEndpointFilter((context, next) =>
    {
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return context.Arguments.OfType<IInput>().FirstOrDefault(input => input.Error is not null) is { } unreadable
            ? ValueTask.FromResult<object?>(unreadable.Error!.ToResult())
            : next(context);
    });

    /// <summary>Maps GET, and HEAD as the same (RFC 9110 section 9.3.2).</summary>
    public static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder endpoints, string pattern, Delegate handler) => endpoints.MapMethods(pattern, Read, handler);
}

/// <summary>Metadata of an endpoint whose caller presents a credential that it verifies itself.</summary>
sealed class PresentedCredentialMetadata;
