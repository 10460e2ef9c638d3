using System.Text;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A product for token tests, with a service account that reads and executes and one that verifies.</summary>
public sealed class AuthorizationServer : IAsyncLifetime
{
    public AuthorizationServer()
        : this(TimeProvider.System)
    {
    }

    internal AuthorizationServer(TimeProvider time) => Product = new Product()
        .With("OAuth:DeviceCodeInterval", "1").With("Proxies:Trusted", "127.0.0.1")
            .With("Keys:MaxActivePerProject", "2000").WithoutRateLimits().With(time);

    public Product Product { get; }

    /// <summary>The first owner.</summary>
    public ApiClient Owner { get; private set; } = null!;

    /// <summary>An anonymous caller.</summary>
    public ApiClient Nobody { get; private set; } = null!;

    /// <summary>The issuer of its tokens.</summary>
    public string Issuer => Product.Url.GetLeftPart(UriPartial.Authority);

    /// <summary>The client credentials of a service account that may read and execute.</summary>
    public (string Id, string Secret) Worker { get; private set; }

    /// <summary>Those of a service account with the permission verify.</summary>
    public (string Id, string Secret) Verifier { get; private set; }

    public async ValueTask InitializeAsync()
    {
        (Owner, Nobody) = (await ApiClient.SignInAsync(Product), await ApiClient.OpenAsync(Product));
        (Worker, Verifier) = (await AddAccountAsync("worker", "read", "execute"), await AddAccountAsync("verifier", "verify"));
    }

    /// <summary>Returns a token of the service account that reads and executes.</summary>
    public async Task<string> TokenAsync(string scope, string? resource = null)
    {
        var answer = await SendAsync("/oauth/token", $"grant_type=client_credentials&client_id={Worker.Id}&client_secret={Worker.Secret}&scope={scope}{(resource is null ? "" : $"&resource={resource}")}");
        Assert.Equal(200, answer.Status);
        return answer.Member("access_token");
    }

    /// <summary>Revokes a token as its holder.</summary>
    public async Task RevokeAsync(string token) => Assert.Equal(200, (await SendAsync("/oauth/token/revoke", $"token={token}")).Status);

    /// <summary>Returns the verdict on a token for a proxy.</summary>
    public async Task<string?> AskAsync(string token)
    {
        var answer = await Nobody.GetAsync("/forward-auth", ("Authorization", $"Bearer {token}"));
        return answer.Status == 200 ? null : answer.Code;
    }

    public async ValueTask DisposeAsync()
    {
        Owner.Dispose();
        Nobody.Dispose();
        await Product.DisposeAsync();
    }

    async Task<(string, string)> AddAccountAsync(string name, params string[] permissions)
    {
        var account = await Owner.PostAsync("/api/service-accounts", new { name, permissions });
        return (account.Member("client_id"), account.Member("client_secret"));
    }

    Task<Exchange> SendAsync(string path, string form) =>
        Nobody.SendContentAsync(HttpMethod.Post, path, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"));
}

/// <summary>Tests on one <see cref="AuthorizationServer"/>, one after the other.</summary>
[CollectionDefinition]
public sealed class AuthorizationCollection : ICollectionFixture<AuthorizationServer>;
