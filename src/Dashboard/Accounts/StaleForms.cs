using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Endpoints;

namespace Dashboard.Accounts;

/// <summary>Shows a page again whose form carried no token that fits: it lay open while somebody signed in or out in another tab, or the browser keeps no
/// cookies. The framework would answer with a sentence for programmers.</summary>
static class StaleForms
{
    /// <summary>The query parameter that makes a page say so.</summary>
    public const string Query = "again";

    /// <summary>What it says.</summary>
    public const string Sentence = "This page was out of date, or this browser keeps no cookies. Nothing was done. Try once more.";

    /// <summary>Stands behind the antiforgery middleware, which only notes what it found.</summary>
    public static IApplicationBuilder UseStaleForms(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (http.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false } || http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is null)
        {
            return next(http);
        }

        var query = http.Request.Query.Where(part => part.Key != Query).Append(new(Query, "true"));
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}{QueryString.Create(query)}";
        return Task.CompletedTask;
    });
}
