using System.Runtime.CompilerServices;
using Dashboard.Core.Credentials;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>Reads the requirements of endpoints from their authorization policies, so that a credential is verified and counted once with
/// all of them, even if one of them refuses it.</summary>
/// <param name="policies">Resolves named policies.</param>
sealed class EndpointRequirements(IAuthorizationPolicyProvider policies)
{
    static readonly Requirements none = new(null, null);

    readonly ConditionalWeakTable<Endpoint, Requirements> cached = [];

    /// <summary>Returns the requirement of a request's endpoint.</summary>
    /// <param name="http">The request, after routing.</param>
    /// <param name="accepted">The environments that the host accepts.</param>
    /// <param name="project">The project that the whole scheme requires; null for any.</param>
    public async ValueTask<AccessRequirement> OfAsync(HttpContext http, AcceptedEnvironments accepted, string? project)
    {
        if (http.GetEndpoint() is not { } endpoint)
        {
            return new(accepted, project);
        }

        if (!cached.TryGetValue(endpoint, out var asked))
        {
            asked = await ReadAsync(endpoint);
            cached.AddOrUpdate(endpoint, asked);
        }

        return new(accepted, project, asked.Resource?.NameIn(http), asked.Permission?.Permission);
    }

    async Task<Requirements> ReadAsync(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return none;
        }

        var named = await AuthorizationPolicy.CombineAsync(
            policies, endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(), endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>());
        return named is null
            ? none
            : new(named.Requirements.OfType<ResourceRequirement>()
                .FirstOrDefault(), named.Requirements.OfType<PermissionRequirement>().FirstOrDefault());
    }

    /// <summary>The first requirement of each kind. <see cref="LatchkeyAuthorization"/> checks all of them.</summary>
    sealed record Requirements(ResourceRequirement? Resource, PermissionRequirement? Permission);
}
