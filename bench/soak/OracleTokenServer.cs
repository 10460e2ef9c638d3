using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Dashboard.Bench.Soak;

/// <summary>OpenIddict's server, with the same clients and the same lifetimes. Its person approves everything at once.</summary>
sealed class OracleTokenServer : ITokenServer, IAsyncDisposable
{
    static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(10);
    static readonly TimeSpan ReuseLeeway = TimeSpan.FromMinutes(1);

    readonly SqliteConnection connection;
    readonly WebApplication app;
    readonly Clock clock;
    readonly HttpClient http;

    OracleTokenServer(SqliteConnection connection, WebApplication app, Clock clock)
    {
        (this.connection, this.app, this.clock) = (connection, app, clock);
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Url };
    }

    /// <inheritdoc />
    public Uri Url => new(app.Urls.Single());

    /// <summary>Starts it.</summary>
    public static async Task<OracleTokenServer> StartAsync(TokenClients clients, CancellationToken cancellationToken)
    {
        var (connection, clock) = (new SqliteConnection("Data Source=:memory:"), new Clock());
        await connection.OpenAsync(cancellationToken);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddDbContext<DbContext>(options => options.UseSqlite(connection).UseOpenIddict());
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<DbContext>())
            .AddServer(Configure);
        var built = builder.Build();
        built.UseAuthentication();
        await using (var scope = built.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<DbContext>().Database.EnsureCreatedAsync(cancellationToken);
            var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
            foreach (var descriptor in Describe(clients))
            {
                await applications.CreateAsync(descriptor, cancellationToken);
            }
        }

        await built.StartAsync(cancellationToken);
        return new(connection, built, clock);
    }

    /// <inheritdoc />
    public async Task<string> ApproveCodeAsync(TokenClient client, CancellationToken cancellationToken)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["client_id"] = client.Id,
            ["response_type"] = "code",
            ["redirect_uri"] = TokenFlow.Callback,
            ["code_challenge"] = TokenFlow.Challenge,
            ["code_challenge_method"] = "S256",
            ["scope"] = $"{TokenFlow.Scope} offline_access",
        };
        using var answer = await http.GetAsync(
            new Uri(QueryHelpers.AddQueryString("/oauth/authorize", query), UriKind.Relative), cancellationToken);
        return QueryHelpers.ParseQuery(answer.Headers.Location!.Query)["code"]!;
    }

    /// <inheritdoc />
    public async Task<string> RequestDeviceAsync(TokenClient client, DeviceDecision decision, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(
            [KeyValuePair.Create("client_id", client.Id), KeyValuePair.Create("scope", $"{TokenFlow.Scope} offline_access")]);
        using var answer = await http.PostAsync(new Uri("/oauth/device/authorize", UriKind.Relative), form, cancellationToken);
        var codes = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        var code = codes.GetProperty("device_code").GetString()!;
        if (decision == DeviceDecision.Approved)
        {
            using var approval = new FormUrlEncodedContent([KeyValuePair.Create("user_code", codes.GetProperty("user_code").GetString()!)]);
            using var approved = await http.PostAsync(new Uri("/oauth/device/verify", UriKind.Relative), approval, cancellationToken);
            approved.EnsureSuccessStatusCode();
        }
        else if (decision == DeviceDecision.Denied)
        {
            await using var scope = app.Services.CreateAsyncScope();
            var tokens = scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>();
            await tokens.TryRejectAsync((await tokens.FindByReferenceIdAsync(code, cancellationToken))!, cancellationToken);
        }

        return code;
    }

    /// <inheritdoc />
    public Task PassAsync(string secret, CancellationToken cancellationToken)
    {
        clock.Advance(CodeLifetime + ReuseLeeway);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        await connection.DisposeAsync();
    }

    static void Configure(OpenIddictServerBuilder server)
    {
        server.SetTokenEndpointUris("oauth/token").SetAuthorizationEndpointUris("oauth/authorize")
            .SetDeviceAuthorizationEndpointUris("oauth/device/authorize").SetEndUserVerificationEndpointUris("oauth/device/verify");
        server.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().AllowClientCredentialsFlow().AllowDeviceAuthorizationFlow()
            .RequireProofKeyForCodeExchange();
        server.RegisterScopes("api", "read:workflows", "read:agents", "read:gateways", "write:workflows", "execute:workflows");
        server.RegisterResources(TokenFlow.Resource).IgnoreResourcePermissions();
        server.SetAuthorizationCodeLifetime(CodeLifetime).SetDeviceCodeLifetime(CodeLifetime).SetUserCodeLifetime(CodeLifetime)
            .SetRefreshTokenReuseLeeway(ReuseLeeway);
        server.AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)))
            .AddEphemeralSigningKey(SecurityAlgorithms.EcdsaSha256);
        server.UseAspNetCore().DisableTransportSecurityRequirement();
        server.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
        {
            context.SignIn(Identify(context.Request.GetScopes()));
            return default;
        }));
        server.AddEventHandler<HandleEndUserVerificationRequestContext>(handler => handler.UseInlineHandler(context =>
        {
            context.SignIn(Identify([.. TokenFlow.Scope.Split(' '), Scopes.OfflineAccess]));
            return default;
        }));
        server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseInlineHandler(context =>
        {
            if (context.Request.IsClientCredentialsGrantType())
            {
                context.SignIn(Identify(context.Request.GetScopes()));
            }

            return default;
        }));
    }

    static ClaimsPrincipal Identify(IEnumerable<string> scopes) =>
        new ClaimsPrincipal(new ClaimsIdentity("oracle", Claims.Name, Claims.Role).SetClaim(Claims.Subject, "person")).SetScopes(scopes);

    static IEnumerable<OpenIddictApplicationDescriptor> Describe(TokenClients clients)
    {
        string[] ofApps =
        [
            Permissions.Endpoints.Authorization, Permissions.ResponseTypes.Code, Permissions.GrantTypes.AuthorizationCode,
            Permissions.GrantTypes.RefreshToken,
            .. OfScopes("read:workflows", "read:agents", "read:gateways", "write:workflows", "execute:workflows"),
        ];
        yield return Describe(clients.Account,
            [Permissions.GrantTypes.ClientCredentials, .. OfScopes("api", "read:workflows", "read:agents", "read:gateways")]);
        yield return Describe(clients.App, ofApps);
        yield return Describe(clients.OtherApp, ofApps);
        yield return Describe(clients.Desk, ofApps);
        yield return Describe(
            clients.CommandLine,
            [
                Permissions.Endpoints.DeviceAuthorization, Permissions.GrantTypes.DeviceCode, Permissions.GrantTypes.RefreshToken,
                .. OfScopes("api", "read:workflows", "read:agents"),
            ]);
    }

    static OpenIddictApplicationDescriptor Describe(TokenClient client, IEnumerable<string> permissions)
    {
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = client.Id,
            ClientSecret = client.Secret,
            ClientType = client.Secret is null ? ClientTypes.Public : ClientTypes.Confidential,
            RedirectUris = { new(TokenFlow.Callback) },
            Permissions = { Permissions.Endpoints.Token },
        };
        descriptor.Permissions.UnionWith(permissions);
        return descriptor;
    }

    static IEnumerable<string> OfScopes(params string[] scopes) => scopes.Select(scope => Permissions.Prefixes.Scope + scope);

    /// <summary>A clock that a test moves.</summary>
    sealed class Clock : TimeProvider
    {
        TimeSpan ahead;

        public void Advance(TimeSpan time) => ahead += time;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
    }
}
