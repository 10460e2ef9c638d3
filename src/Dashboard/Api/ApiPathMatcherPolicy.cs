using Microsoft.AspNetCore.Routing.Matching;

namespace Dashboard.Api;

/// <summary>Excludes pages whose route begins with a parameter from API paths: <c>/api/x/keys</c> is not the keys page of a project. None
/// of these pages has a form, so what is not read from them is sent to nowhere.</summary>
sealed class ApiPathMatcherPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(ApiPaths.IsPage);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var request = httpContext.Request;
        if (ApiPaths.Has(request.Path) || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
        {
            for (var i = 0; i < candidates.Count; i++)
            {
                candidates.SetValidity(i, candidates.IsValidCandidate(i) && !ApiPaths.IsPage(candidates[i].Endpoint));
            }
        }

        return Task.CompletedTask;
    }
}
