using System.Runtime.CompilerServices;
using Dashboard.Core.Credentials;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>What endpoints ask of a credential, read from their policies, so that it is judged and counted once and whole: also a request that is refused for what it asks.</summary>
/// <param name="policies">Where policies that go by a name are found.</param>
sealed class EndpointRequirements(IAuthorizationPolicyProvider policies)
{
    static readonly Requirements nothing = new(null, null);

    readonly ConditionalWeakTable<Endpoint, Requirements> known = [];

    /// <summary>What a request's endpoint asks.</summary>
    /// <param name="http">The request, routed.</param>
    /// <param name="accepted">The environments that its host takes.</param>
    /// <param name="project">The project that the whole scheme is for; null for any.</param>
    public async ValueTask<AccessRequirement> OfAsync(HttpContext http, AcceptedEnvironments accepted, string? project)
    {
        if (http.GetEndpoint() is not { } endpoint)
        {
            return new(accepted, project);
        }

        if (!known.TryGetValue(endpoint, out var asked))
        {
            asked = await ReadAsync(endpoint);
            known.AddOrUpdate(endpoint, asked);
        }

        return new(accepted, project, asked.Resource?.NameIn(http), asked.Permission?.Permission);
    }

    async Task<Requirements> ReadAsync(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return nothing;
        }

        var named = await AuthorizationPolicy.CombineAsync(
            policies, endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(), endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>());
        return named is null
            ? nothing
            : new(named.Requirements.OfType<ResourceRequirement>().FirstOrDefault(), named.Requirements.OfType<PermissionRequirement>().FirstOrDefault());
    }

    /// <summary>The first of each kind. <see cref="LatchkeyAuthorization"/> judges all.</summary>
    sealed record Requirements(ResourceRequirement? Resource, PermissionRequirement? Permission);
}
