using Dashboard.Core.Audit;
using Dashboard.Core.Organizations;
using Dashboard.Core.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Two independent organizations, with members of several roles and a key in the first.</summary>
public sealed class Tenants : IAsyncLifetime
{
    public const string Rival = "rival";

    readonly List<ApiClient> callers = [];

    readonly Lazy<Task<Issued>> tokens;

    public Tenants() => tokens = new(async () => new(
        await Product.CommandLineTokenAsync(Nobody, viewer!),
        [await Bearers.AccountTokenAsync(Owner), await Product.AppTokenAsync(Nobody, owner!), await Product.CommandLineTokenAsync(
            Nobody, owner!, scope: "read:workflows"), "a.b.c"],
        (await Owner.GetAsync("/api/authorizations")).Json.GetProperty("items")[0].GetProperty("id").GetString()!));

    /// <summary>Access tokens of the first organization.</summary>
    /// <param name="Viewer">A command-line token of a viewer.</param>
    /// <param name="Others">Tokens of a service account with the scope api, of another client, of the command line without the scope, and
    /// an invalid one.</param>
    /// <param name="AuthorizationId">The authorization of one of the owner's tokens.</param>
    public sealed record Issued(string Viewer, IReadOnlyList<string> Others, string AuthorizationId);

    Actor? owner;
    Actor? viewer;

    /// <summary>Access tokens of the first organization, created on demand.</summary>
    public Task<Issued> Tokens => tokens.Value;

    /// <summary>Writes refusals to the audit log only when it stops. Once a minute, as usual, would be in the middle of a test that expects
    /// an unchanged database.</summary>
    public Product Product { get; } = new Product().With("Keys:MaxActivePerProject", "100000").WithoutRateLimits().With(services =>
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<AuditRefusalService>(provider, new FakeTimeProvider())));

    /// <summary>Owner of the first organization.</summary>
    public ApiClient Owner { get; private set; } = null!;

    public ApiClient Developer { get; private set; } = null!;

    public ApiClient Viewer { get; private set; } = null!;

    /// <summary>Owner of the second organization.</summary>
    public ApiClient Stranger { get; private set; } = null!;

    /// <summary>An anonymous caller.</summary>
    public ApiClient Nobody { get; private set; } = null!;

    /// <summary>A key of the first organization that stays active.</summary>
    public string RawKey { get; private set; } = "";

    public string KeyId { get; private set; } = "";

    /// <summary>A key of the first organization with the permission verify.</summary>
    public string VerifierKey { get; private set; } = "";

    /// <summary>A service account of the first organization.</summary>
    public string ServiceAccountId { get; private set; } = "";

    /// <summary>Its client secret's identifier.</summary>
    public string ClientSecretId { get; private set; } = "";

    /// <summary>A published app of the first organization.</summary>
    public string AppId { get; private set; } = "";

    /// <summary>The first organization's owner.</summary>
    public string OwnerId => owner!.Id;

    /// <summary>An invitation to the first organization.</summary>
    public string InvitationId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Product.Start();
        await Product.AddOrganizationAsync(Rival, "secret");
        await Product.AddMemberAsync("stranger@example.com", Rival, OrganizationRole.Owner);
        await Product.AddMemberAsync("developer@example.com", People.Organization, OrganizationRole.Developer);
        viewer = await Product.AddMemberAsync("viewer@example.com", People.Organization, OrganizationRole.Viewer);
        callers.AddRange(
        [
            Owner = await ApiClient.SignInAsync(Product), Developer = await ApiClient.SignInAsync(Product, "developer@example.com"),
            Viewer = await ApiClient.SignInAsync(Product, "viewer@example.com"), Stranger =
                await ApiClient.SignInAsync(Product, "stranger@example.com"),
            Nobody = await ApiClient.OpenAsync(Product),
        ]);
        owner = new(PartyType.User, (await Owner.GetAsync("/api/session")).Json.GetProperty("user")
            .GetProperty("id").GetString()!, Product.Email);
        (RawKey, KeyId) = await Owner.CreateKeyAsync(new { name = "the first" });
        VerifierKey =
            (await Owner.PostAsync("/api/service-accounts", new { name = "asks", permissions = new[] { "verify" } })).Member("raw_key");
        foreach (var key in new[] { RawKey, VerifierKey })
        {
            Assert.Equal(200, (await Nobody.GetAsync("/v1/capabilities", ("X-API-Key", key))).Status);
        }

        // otherwise, it would be written during a test
        await Product.Services.GetRequiredService<FirstUses>().FlushAsync(TestContext.Current.CancellationToken);
        ServiceAccountId = (await Owner.PostAsync("/api/service-accounts", new { name = "the first" })).Member("id");
        ClientSecretId = (await Owner.GetAsync($"/api/service-accounts/{ServiceAccountId}")).Json.GetProperty("secrets")[0]
            .GetProperty("id").GetString()!;
        Assert.Equal(201, (await Owner.PostAsync("/api/resources", new { kind = "workflow", id = "order-intake" })).Status);
        AppId = (await Owner.PostAsync("/api/apps", new { name = "the first", resource = "workflow:order-intake" })).Member("id");
        InvitationId = (await Owner.PostAsync("/api/invitations", new { email = "invited@example.com", role = "viewer" })).Member("id");
        Assert.Equal(201, (await Stranger.PostAsync("/api/resources", new { kind = "workflow", id = "elsewhere" })).Status);
    }

    public async ValueTask DisposeAsync()
    {
        callers.ForEach(caller => caller.Dispose());
        await Product.DisposeAsync();
    }
}

/// <summary>Tests on one pair of <see cref="Tenants"/>, one after the other: some look at all that is stored.</summary>
[CollectionDefinition]
public sealed class TenantsCollection : ICollectionFixture<Tenants>;
