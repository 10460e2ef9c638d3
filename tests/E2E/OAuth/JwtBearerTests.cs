using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>ASP.NET Core's JwtBearer handler, which validates tokens with the published keys, without introspection.</summary>
public sealed class JwtBearerTests
{
    const string Resource = "https://api.example.com";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handler_takes_tokens_across_a_rotation_of_keys_and_refuses_other_audiences_algorithms_and_what_has_expired()
    {
        // The handler uses the system clock. The product's clock is behind it, so that its first key signs until the current system time.
        var time = new StoppedClock(TimeProvider.System.GetUtcNow().AddDays(-90));
        await using var server = new AuthorizationServer(time);
        await server.InitializeAsync();
        Assert.Equal(1, await CountKeysAsync(server));
        time.Advance(TimeSpan.FromDays(83)); // the next key is published a week in advance
        Assert.Equal(2, await CountKeysAsync(server));
        time.Advance(TimeSpan.FromDays(5));
        var expired = await server.TokenAsync("read:workflows", Resource);
        time.Advance(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(10));
        var (before, elsewhere, anywhere) = (
            await server.TokenAsync("read:workflows", Resource),
            await server.TokenAsync("read:workflows", "https://other.example.com"), await server.TokenAsync("read:workflows"));

        await using var api = await StartAsync(server.Issuer);
        Assert.Equal((200, $"{Subject(before)} read:workflows"), await AskAsync(api, before));
        time.Advance(TimeSpan.FromSeconds(10));
        var after = await server.TokenAsync("read:workflows execute:agents", Resource);
        Assert.NotEqual(new JsonWebToken(before).Kid, new JsonWebToken(after).Kid);
        // with a key that it has already fetched
        Assert.Equal((200, $"{Subject(after)} read:workflows execute:agents"), await AskAsync(api, after));
        Assert.Equal(200, (await AskAsync(api, before)).Status);

        var parts = after.Split('.');
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var wrong = new (string What, string? Token, string Error)[]
        {
            ("none", null, "Bearer"),
            ("garbage", "garbage", "invalid_token"),
            ("another resource", elsewhere, "audience"),
            ("no resource", anywhere, "audience"),
            ("expired", expired, "expired"),
            ("alg none", $"{Header(parts, "ES256", "none")}.{parts[1]}.", "invalid_token"),
            ("typ JWT, signed by us",
                await SignAsync(server, $"{Header(parts, "at+jwt", "JWT")}.{parts[1]}", new JsonWebToken(after).Kid), "invalid_token"),
            ("HS256", Mac(parts), "invalid_token"),
            ("another's key", Sign(own, $"{parts[0]}.{parts[1]}"), "signature"),
            ("another payload", $"{parts[0]}.{before.Split('.')[1]}.{parts[2]}", "signature"),
        };
        foreach (var (what, token, error) in wrong)
        {
            var (status, challenge) = await AskAsync(api, token);
            Assert.True(status == 401 && challenge.Contains(error, StringComparison.Ordinal), $"{what}: {status} {challenge}");
        }
    }

    [Fact]
    public async Task Page_shows_what_is_compiled_here()
    {
        static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
        var compiled = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests/E2E/OAuth/JwtBearerTests.cs"), Token))
            .Split("// start of the documented code\n")[1].Split("// end of the documented code\n")[0];
        Assert.Equal(Lines(compiled), Lines(Pages.Block("oauth.md", "csharp")));
    }

    /// <summary>An API as in the documentation.</summary>
    static async Task<WebApplication> StartAsync(string issuer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        // start of the documented code
        builder.Services.AddAuthentication().AddJwtBearer(options =>
        {
            options.MetadataAddress = $"{issuer}/.well-known/oauth-authorization-server";
            options.Audience = "https://api.example.com";
            options.MapInboundClaims = false;
            options.TokenValidationParameters.ValidTypes = ["at+jwt"];
            options.TokenValidationParameters.ValidAlgorithms = ["ES256"];
        });
        // end of the documented code
        // plain http on the loopback interface
        builder.Services.Configure<JwtBearerOptions>(
            JwtBearerDefaults.AuthenticationScheme, options => options.RequireHttpsMetadata = false);
        builder.Services.AddAuthorization();
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/", (ClaimsPrincipal user) => $"{user.FindFirstValue("sub")} {user.FindFirstValue("scope")}").RequireAuthorization();
        await app.StartAsync(Token);
        return app;
    }

    /// <summary>Returns the status and the body or the challenge.</summary>
    static async Task<(int Status, string Text)> AskAsync(WebApplication api, string? token)
    {
        using var client = new HttpClient { BaseAddress = new(api.Urls.Single()) };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new("Bearer", token);
        using var response = await client.GetAsync(new Uri("/", UriKind.Relative), Token);
        return ((int)response.StatusCode, response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(Token)
            : response.Headers.WwwAuthenticate.ToString());
    }

    static async Task<int> CountKeysAsync(AuthorizationServer server) =>
        (await server.Nobody.GetAsync("/.well-known/jwks.json")).Json.GetProperty("keys").GetArrayLength();

    static string Subject(string token) => new JsonWebToken(token).Subject;

    static string Header(string[] parts, string word, string another) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])).Replace(word, another, StringComparison.Ordinal)));

    static string Sign(ECDsa key, string signed) =>
        $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";

    /// <summary>Signs with the product's own key, which requires its database and its data protection keys.</summary>
    static async Task<string> SignAsync(AuthorizationServer server, string signed, string kid)
    {
        await using var context = await People.OpenAsync(server.Product);
        var protector = server.Product.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Latchkey.OAuth.SigningKeys");
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(
            protector.Unprotect(Convert.FromBase64String(context.SigningKeys.Single(row => row.Kid == kid).ProtectedKey)), out _);
        return Sign(key, signed);
    }

    static string Mac(string[] parts)
    {
        var signed = $"{Header(parts, "ES256", "HS256")}.{parts[1]}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes("a key that everybody knows"), Encoding.ASCII.GetBytes(signed)))}";
    }
}
