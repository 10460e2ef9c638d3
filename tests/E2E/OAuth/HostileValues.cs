using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>A product with clients, codes and tokens of two organizations.</summary>
public sealed class HostileValues : IAsyncLifetime
{
    const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    /// <summary>The redirect URI of each app.</summary>
    public const string Callback = "http://127.0.0.1/callback";

    static readonly string Challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    readonly Dictionary<string, string> names = new(StringComparer.Ordinal);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public Product Product { get; } = new Product().WithoutRateLimits().With("OAuth:AuthorizationCodeLifetime", "600");

    public ApiClient Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Product.Start();
        await Product.AddOrganizationAsync("rival", "secret");
        await Product.AddMemberAsync("stranger@example.com", "rival", OrganizationRole.Owner);
        var developer = await Product.AddMemberAsync("developer@example.com", People.Organization, OrganizationRole.Developer);
        Api = await ApiClient.OpenAsync(Product);
        using (var owner = await ApiClient.SignInAsync(Product))
        using (var stranger = await ApiClient.SignInAsync(Product, "stranger@example.com"))
        {
            await AccountAsync(owner, "SA", "SECRET", "read", "execute");
            await AccountAsync(owner, "VERIFY", "VERIFYSECRET", "verify");
            await AccountAsync(stranger, "OTHER", "OTHERSECRET", "read", "verify");
            names["KEY"] = (await owner.PostAsync("/api/keys", new { name = "one" })).Member("raw_key");
        }

        (names["APP"], names["APP2"]) = (await RegisterAsync(), await RegisterAsync());
        (names["VERIFIER"], names["CHALLENGE"], names["CALLBACK"]) = (Verifier, Challenge, Callback);
        var first = await PostAsync("/oauth/token", Fill($"grant_type=authorization_code&client_id=APP&code={await CodeAsync(developer)}&code_verifier=VERIFIER&redirect_uri=CALLBACK"));
        (names["ACCESS"], names["REFRESH"]) = (first.Member("access_token"), first.Member("refresh_token"));
        names["CODE"] = await CodeAsync(developer);
        names["DEVICE"] = (await PostAsync("/oauth/device/authorize", "client_id=latchkey-cli")).Member("device_code");
        names["ACCESSOFSA"] = (await PostAsync("/oauth/token", Fill("grant_type=client_credentials&client_id=SA&client_secret=SECRET")))
            .Member("access_token");
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Product.DisposeAsync();
    }

    /// <summary>Replaces the placeholders in a text.</summary>
    public string Fill(string text) =>
        System.Text.RegularExpressions.Regex.Replace(
            text, "[A-Z]{2,}[0-9]?", match => names.GetValueOrDefault(match.Value, match.Value),
            System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));

    public Task<Exchange> PostAsync(string path, string form, params (string, string)[] headers) =>
        Api.SendContentAsync(
            HttpMethod.Post, path, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"), headers);

    /// <summary>Creates a manipulated token.</summary>
    public async Task<string> ForgeAsync(string forgery)
    {
        var parts = names["ACCESSOFSA"].Split('.');
        var (header, payload) = (Decode(parts[0]), Decode(parts[1]));
        var unsigned = header.Replace("ES256", "none", StringComparison.Ordinal);
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = own.ExportParameters(false).Q;
        return forgery switch
        {
            "unchanged" => names["ACCESSOFSA"],
            "alg none" => $"{Encode(unsigned)}.{parts[1]}.{parts[2]}",
            "alg none, no signature" => $"{Encode(unsigned)}.{parts[1]}.",
            "HS256 with the public key" =>
                await WithPublicKeyAsync(header.Replace("ES256", "HS256", StringComparison.Ordinal), parts[1]),
            "unknown kid" => $"{Encode(With(header, "kid", "nobody"))}.{parts[1]}.{parts[2]}",
            "no kid" => $"{Encode(With(header, "kid", null))}.{parts[1]}.{parts[2]}",
            "typ JWT" => await SignAsync(With(header, "typ", "JWT"), payload),
            "own key, in the header" => Sign(own, header[..^1] + $",\"jwk\":{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{Base64Url.EncodeToString(point.X)}\",\"y\":\"{Base64Url.EncodeToString(point.Y)}\"}}}}", payload),
            "other payload" => $"{parts[0]}.{Encode(With(payload, "account_id", "rival"))}.{parts[2]}",
            "signature cut off" => $"{parts[0]}.{parts[1]}.{parts[2][..40]}",
            "signature of DER" => $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString([0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01])}",
            "garbage" => "eyJhbGciOi.%%%.\u007f",
            "empty parts" => "..",
            "too long" => $"{parts[0]}.{parts[1]}{new string('A', 5000)}.{parts[2]}",
            "never issued, signed by us" =>
                await SignAsync(header, With(With(payload, "token_generation", null), "jti", "0000000000000000000000")),
            "other issuer, signed by us" => await SignAsync(header, With(payload, "iss", "https://evil.example")),
            "no expiry, signed by us" => await SignAsync(header, With(payload, "exp", null)),
            "two audiences, signed by us" => await SignAsync(
                header, With(payload, "aud", new[] { "https://evil.example", Product.Url.GetLeftPart(UriPartial.Authority) })),
            "expired, signed by us" => await SignAsync(header, With(payload, "exp", 1_700_000_000L)),
            _ => throw new ArgumentOutOfRangeException(nameof(forgery)),
        };
    }

    static string With(string json, string name, object? value)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        node.Remove(name);
        if (value is not null)
        {
            node[name] = JsonSerializer.SerializeToNode(value, value.GetType());
        }

        return node.ToJsonString();
    }

    static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    static string Decode(string text) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));

    static string Sign(ECDsa key, string header, string payload)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Signs with the product's own key, which requires its database and its data protection keys.</summary>
    async Task<string> SignAsync(string header, string payload)
    {
        await using var context = await People.OpenAsync(Product);
        var protector = Microsoft.AspNetCore.DataProtection.DataProtectionCommonExtensions.CreateProtector(
            Product.Services.GetRequiredService<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>(), [
                "Latchkey.OAuth.SigningKeys"]);
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(protector.Unprotect(Convert.FromBase64String(context.SigningKeys.Single().ProtectedKey)), out _);
        return Sign(key, header, payload);
    }

    async Task<string> WithPublicKeyAsync(string header, string payload)
    {
        var key = (await Api.GetAsync("/.well-known/jwks.json")).Json.GetProperty("keys")[0];
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new()
            {
                X = Base64Url.DecodeFromChars(key.GetProperty("x").GetString()),
                Y = Base64Url.DecodeFromChars(
                key.GetProperty("y").GetString())
            },
        });
        var signed = $"{Encode(header)}.{payload}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(ecdsa.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(signed)))}";
    }

    async Task AccountAsync(ApiClient caller, string id, string secret, params string[] permissions)
    {
        var account = await caller.PostAsync("/api/service-accounts", new { name = id, permissions });
        (names[id], names[secret]) = (account.Member("client_id"), account.Member("client_secret"));
    }

    async Task<string> RegisterAsync() =>
        (await Api.SendAsync(HttpMethod.Post, "/oauth/register",
            new { redirect_uris = new[] { Callback }, token_endpoint_auth_method = "none" })).Member("client_id");

    /// <summary>Returns an authorization code that a developer approved.</summary>
    async Task<string> CodeAsync(Actor developer)
    {
        var requests = Product.Services.GetRequiredService<AuthorizationRequests>();
        var query = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client_id"] = names["APP"],
            ["response_type"] = "code",
            ["redirect_uri"] = Callback,
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
            ["scope"] = "read:workflows",
        };
        var issuer = Product.Url.GetLeftPart(UriPartial.Authority);
        var check = await requests.CheckAsync(developer, new(query), issuer, Token);
        var redirect = await requests.ApproveAsync(developer, check.Request!, People.Organization, issuer, Token);
        return Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(redirect.Value.Reveal()).Query)["code"]!;
    }
}
