using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Adds users and organizations directly.</summary>
public static class People
{
    /// <summary>The organization and project that the bootstrap settings create.</summary>
    public const string Organization = "my-organization";

    public const string Project = "my-organization/default";

    /// <summary>All users have the password <see cref="Product.Password"/>, hashed only once because hashing is slow.</summary>
    static readonly Lazy<string> Hash = new(() =>
        new PasswordHasher<DashboardUser>(Options.Create(new PasswordHasherOptions { IterationCount = Product.HashIterations }))
            .HashPassword(new(), Product.Password));

    /// <summary>Adds an organization with projects. Name and slug are the same.</summary>
    public static async Task AddOrganizationAsync(this Product product, string slug, params string[] projects)
    {
        await using var context = await OpenAsync(product);
        var now = product.Now;
        var organization = new Organization { Slug = slug, Name = slug, CreatedAt = now };
        context.Add(organization);
        await context.SaveChangesAsync();
        context.AddRange(new OrganizationSlug { Slug = slug, OrganizationId = organization.Id }, new AuditChain { Id = organization.Id });
        foreach (var name in projects)
        {
            var project = new Project { OrganizationId = organization.Id, Slug = name, Name = name, CreatedAt = now };
            context.Add(project);
            await context.SaveChangesAsync();
            context.Add(new ProjectSlug { OrganizationId = organization.Id, Slug = name, ProjectId = project.Id });
        }

        await context.SaveChangesAsync();
    }

    /// <summary>Adds a user to an organization, and creates the user if necessary.</summary>
    public static async Task<Actor> AddMemberAsync(
        this Product product, string email, string organization, OrganizationRole role, string? name = null)
    {
        await using var context = await OpenAsync(product);
        var id = await context.Organizations.Where(x => x.Slug == organization).Select(x => x.Id).SingleAsync();
        var person = await context.Users.SingleOrDefaultAsync(x => x.Email == email);
        if (person is null)
        {
            person = new()
            {
                Id = Guid.CreateVersion7(product.Now).ToString(),
                UserName = email,
                NormalizedUserName = email.ToUpperInvariant(),
                Email = email,
                NormalizedEmail = email.ToUpperInvariant(),
                EmailConfirmed = true,
                PasswordHash = Hash.Value,
                SecurityStamp = email,
                Name = name ?? email.Split('@')[0],
                CreatedAt = product.Now,
            };
            context.Add(person);
        }

        context.Add(new Member { OrganizationId = id, UserId = person.Id, Role = role, JoinedAt = product.Now });
        await context.SaveChangesAsync();
        return new(PartyType.User, person.Id, person.Name);
    }

    /// <summary>Opens the product's database.</summary>
    public static Task<DashboardContext> OpenAsync(Product product) =>
        product.Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync();
}
