using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>Verifies API keys in an ASP.NET Core API that shares Latchkey's database: no request to Latchkey, and for a key that is known none to the database.</summary>
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
    /// <summary>Adds the scheme <see cref="LatchkeyDefaults.AuthenticationScheme"/>, and a policy for each permission.</summary>
    /// <param name="builder">The authentication of the host, which has <see cref="CoreServices.AddLatchkeyVerification"/> as well.</param>
    public static AuthenticationBuilder AddLatchkey(this AuthenticationBuilder builder) => builder.AddLatchkey(_ => { });

    /// <summary>The same, asking something of every credential.</summary>
    /// <param name="builder">The authentication of the host, which has <see cref="CoreServices.AddLatchkeyVerification"/> as well.</param>
    public static AuthenticationBuilder AddLatchkey(this AuthenticationBuilder builder, Action<LatchkeyOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHttpContextAccessor();
        builder.Services.TryAddSingleton<EndpointRequirements>();
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

    /// <summary>Lets requests with a good API key through, and no others.</summary>
    /// <param name="endpoints">One endpoint, or a group.</param>
    /// <param name="permission">The permission that the key must have; null for none.</param>
    /// <param name="resourceKind">The kind of the resource that the request is about and the key must reach; null for none.</param>
    /// <param name="resourceParameter">The route's parameter that holds the resource's id.</param>
    /// <typeparam name="TBuilder">What maps endpoints.</typeparam>
    public static TBuilder RequireLatchkey<TBuilder>(this TBuilder endpoints, string? permission = null, string? resourceKind = null, string resourceParameter = "id")
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
        new AuthorizationPolicyBuilder(LatchkeyDefaults.AuthenticationScheme).RequireAuthenticatedUser().AddRequirements([.. requirements]).Build();
}
