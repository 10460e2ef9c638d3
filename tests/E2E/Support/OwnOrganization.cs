using Dashboard.Core.Organizations;

namespace Dashboard.Tests.E2E.Support;

/// <summary>An organization with one project that a test has to itself on a product that others use too: what its owner sees is what
/// the test made.</summary>
public sealed record OwnOrganization(string Slug, ApiClient Owner) : IDisposable
{
    static int count;

    /// <summary>Its project, as paths and bodies name it.</summary>
    public string Project => $"{Slug}/default";

    /// <summary>Its owner's address.</summary>
    public string Email => $"owner@{Slug}.example";

    public static async Task<OwnOrganization> AddAsync(Product product)
    {
        product.Start();
        var slug = $"organization-{Interlocked.Increment(ref count)}";
        await product.AddOrganizationAsync(slug, "default");
        await product.AddMemberAsync($"owner@{slug}.example", slug, OrganizationRole.Owner);
        return new(slug, await ApiClient.SignInAsync(product, $"owner@{slug}.example"));
    }

    public void Dispose() => Owner.Dispose();
}
