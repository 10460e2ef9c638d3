using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Endpoints;

namespace Dashboard.Accounts;

/// <summary>Shows a page again if its form carried no valid antiforgery token: it was open while the user signed in or out in another tab,
/// or the browser blocks cookies. The framework's own response is not meant for users.</summary>
static class StaleForms
{
    /// <summary>The query parameter that tells the page to show <see cref="Sentence"/>.</summary>
    public const string Query = "again";

    /// <summary>The message.</summary>
    public const string Sentence = "This page was out of date, or your browser blocks cookies. Nothing was changed. Try again.";

    /// <summary>Adds the middleware. It must follow the antiforgery middleware, which only records its result.</summary>
    public static IApplicationBuilder UseStaleForms(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (http.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false }
            || http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is null)
        {
            return next(http);
        }

        var query = http.Request.Query.Where(part => part.Key != Query).Append(new(Query, "true"));
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}{QueryString.Create(query)}";
        return Task.CompletedTask;
    });
}
