using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>Verifies API keys in an ASP.NET Core API that shares Latchkey's database, without a request to Latchkey and, for cached keys,
/// without a database query.</summary>
/// <example>
/// <code>
/// builder.Services.AddLatchkeyVerification(builder.Configuration, builder.Environment.ContentRootPath);
/// builder.Services.AddAuthentication().AddLatchkey();
/// builder.Services.AddAuthorization();
/// app.MapGet("/workflows/{id}", …).RequireLatchkey(permission: "read", resourceKind: "workflow");
/// </code>
/// </example>
public static class LatchkeyExtensions
{
    /// <summary>Adds the <see cref="LatchkeyDefaults.AuthenticationScheme"/> scheme and a policy for each permission.</summary>
    /// <param name="builder">The authentication builder of a host that also calls
    /// <see cref="CoreServices.AddLatchkeyVerification"/>.</param>
    public static AuthenticationBuilder AddLatchkey(this AuthenticationBuilder builder) => builder.AddLatchkey(_ => { });

    /// <summary>Adds the scheme with requirements for every credential.</summary>
    /// <param name="builder">The authentication builder of a host that also calls
    /// <see cref="CoreServices.AddLatchkeyVerification"/>.</param>
    public static AuthenticationBuilder AddLatchkey(this AuthenticationBuilder builder, Action<LatchkeyOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHttpContextAccessor();
        builder.Services.TryAddSingleton<EndpointRequirements>();
        builder.Services.TryAddSingleton<ProxyCheck>();
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IStartupFilter, ProxyCheck>(provider => provider.GetRequiredService<ProxyCheck>()));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Scoped<IAuthorizationHandler, LatchkeyAuthorization>());
        builder.Services.AddOptions<AuthorizationOptions>().Configure<PermissionCatalog>((options, catalog) =>
        {
            foreach (var permission in catalog.Permissions.Select(x => x.Name).Append(PermissionCatalog.Verify))
            {
                options.AddPolicy(LatchkeyDefaults.PermissionPolicy(permission), Build([new PermissionRequirement(permission)]));
            }
        });
        return builder.AddScheme<LatchkeyOptions, LatchkeyHandler>(LatchkeyDefaults.AuthenticationScheme, configure);
    }

    /// <summary>Allows only requests with a valid API key.</summary>
    /// <param name="endpoints">An endpoint or a group.</param>
    /// <param name="permission">The permission that the key must have; null for none.</param>
    /// <param name="resourceKind">The kind of the requested resource, which the key must have access to; null for none.</param>
    /// <param name="resourceParameter">The route parameter with the id of the resource.</param>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    public static TBuilder RequireLatchkey<TBuilder>(
        this TBuilder endpoints, string? permission = null, string? resourceKind = null, string resourceParameter = "id")
        where TBuilder : IEndpointConventionBuilder
    {
        var requirements = new List<IAuthorizationRequirement>();
        if (resourceKind is not null)
        {
            requirements.Add(new ResourceRequirement(resourceKind, resourceParameter));
        }

        if (permission is not null)
        {
            requirements.Add(new PermissionRequirement(permission));
        }

        return endpoints.RequireAuthorization(Build(requirements));
    }

    static AuthorizationPolicy Build(IEnumerable<IAuthorizationRequirement> requirements) =>
        new AuthorizationPolicyBuilder(LatchkeyDefaults.AuthenticationScheme).RequireAuthenticatedUser()
            .AddRequirements([.. requirements]).Build();
}
