using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Usage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Prepares data with the product's own services.</summary>
static class Seed
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    extension(Product product)
    {
        /// <summary>The first owner, without a session.</summary>
        public async Task<Actor> OwnerAsync()
        {
            await using var context = await People.OpenAsync(product);
            var owner = await context.Users.SingleAsync(person => person.Email == Product.Email, Cancellation);
            return new(PartyType.User, owner.Id, owner.Name);
        }

        /// <summary>Creates a project of the first organization, for one test only.</summary>
        public async Task<ProjectPath> AddProjectAsync(string name)
        {
            var outcome = await product.Services.GetRequiredService<ProjectService>()
                .CreateAsync(await product.OwnerAsync(), new(null, name), Cancellation);
            return new(outcome.Value.Organization, outcome.Value.Slug);
        }

        /// <summary>Creates a key of <paramref name="owner"/>, or of the first owner.</summary>
        public async Task<IssuedKey> AddKeyAsync(
            ProjectPath project, string name, Actor? owner = null, KeyEnvironment environment = KeyEnvironment.Live) =>
            (await product.Services.GetRequiredService<KeyService>().CreateAsync(
                owner ?? await product.OwnerAsync(), new(project.ToString(), name, environment), Cancellation)).Value;

        /// <summary>Creates resources named <c>Resource 1</c>, <c>Resource 2</c>, …</summary>
        public async Task AddResourcesAsync(ProjectPath project, int count)
        {
            await using var context = await People.OpenAsync(product);
            var id = await context.Projects.Where(x => x.Slug == project.Project).Select(x => x.Id).SingleAsync(Cancellation);
            context.AddRange(Enumerable.Range(1, count).Select(number => new Resource
            {
                ProjectId = id,
                Kind = "workflow",
                ExternalId = $"resource-{number}",
                Name = $"Resource {number}",
                CreatedAt = DateTimeOffset.UnixEpoch,
            }));
            await context.SaveChangesAsync(Cancellation);
        }

        /// <summary>Creates revoked keys, which do not count toward the limit, a minute apart and limited to a number of
        /// resources.</summary>
        public async Task AddRevokedKeysAsync(ProjectPath project, int count, Func<int, string> name, int resources = 0)
        {
            var owner = await product.OwnerAsync();
            await using var context = await People.OpenAsync(product);
            var id = await context.Projects.Where(x => x.Slug == project.Project).Select(x => x.Id).SingleAsync(Cancellation);
            var scope = await context.Resources.Where(x => x.ProjectId == id).OrderBy(x => x.Id)
                .Take(resources).Select(x => x.Id).ToListAsync(Cancellation);
            var at = DateTimeOffset.UnixEpoch;
            context.AddRange(Enumerable.Range(1, count).Select(number =>
            {
                var keyId = $"{id}r{number}";
                return new ApiKey
                {
                    KeyId = keyId,
                    Hash = KeyHash.Of(keyId),
                    Prefix = $"nk_live_{keyId}",
                    ProjectId = id,
                    Name = name(number),
                    Environment = KeyEnvironment.Live,
                    State = KeyState.Revoked,
                    Permissions = "read execute write",
                    AllResources = resources == 0,
                    Scope = [.. scope.Select(resource => new KeyResource { KeyId = keyId, ResourceId = resource })],
                    OwnerType = PartyType.User,
                    OwnerId = owner.Id,
                    CreatedBy = owner.Id,
                    CreatedAt = at.AddMinutes(number),
                    RevokedAt = at.AddYears(1),
                };
            }));
            await context.SaveChangesAsync(Cancellation);
            await product.Services.GetRequiredService<KeyCountService>().RecountAsync(Cancellation);
        }

        /// <summary>Makes keys older, as if they had been used a number of days ago, or never.</summary>
        public async Task AgeAsync(ProjectPath project, string name, int days, int? used)
        {
            await using var context = await People.OpenAsync(product);
            var key = await context.Keys.Where(x =>
                x.Name == name && context.Projects.Any(p => p.Id == x.ProjectId && p.Slug == project.Project)).SingleAsync(Cancellation);
            key.LastUsedAt = used is { } ago ? product.Now.AddDays(-ago) : null;
            var created = product.Now.AddDays(-days);
            await context.SaveChangesAsync(Cancellation);
            await context.Keys.Where(x => x.KeyId == key.KeyId)
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.CreatedAt, created), Cancellation);
        }

        /// <summary>Adds requests of the last 30 days, some of them refused, to every key of a project.</summary>
        public async Task AddDaysAsync(ProjectPath project)
        {
            await using var context = await People.OpenAsync(product);
            var keys = await context.Keys.Where(x => context.Projects.Any(p => p.Id == x.ProjectId && p.Slug == project.Project))
                .Select(x => new { x.KeyId, x.ProjectId }).ToListAsync(Cancellation);
            var today = new DateTimeOffset(product.Now.UtcDateTime.Date, TimeSpan.Zero);
            foreach (var (number, key) in keys.Index())
            {
                for (var day = 0; day < 30; day++)
                {
                    context.Add(new KeyDay
                    {
                        KeyId = key.KeyId,
                        ProjectId = key.ProjectId,
                        Day = today.AddDays(-day),
                        Outcome = KeyHour.Valid,
                        Count = Uneven(number, day)
                    });
                    if (Uneven(day, number) % 5 == 0)
                    {
                        context.Add(new KeyDay
                        {
                            KeyId = key.KeyId,
                            ProjectId = key.ProjectId,
                            Day = today.AddDays(-day),
                            Outcome = "expired_key",
                            Count = Uneven(number, day) / 3 + 1
                        });
                    }
                }
            }

            await context.SaveChangesAsync(Cancellation);
        }

        /// <summary>Removes all requests by day.</summary>
        public async Task RemoveDaysAsync()
        {
            await using var context = await People.OpenAsync(product);
            await context.KeyDays.ExecuteDeleteAsync(Cancellation);
        }

        /// <summary>Records a first use of the key.</summary>
        public async Task UseAsync(IssuedKey key)
        {
            await using var context = await People.OpenAsync(product);
            var project = await context.Keys.Where(x => x.KeyId == key.Key.KeyId).Select(x => x.ProjectId).SingleAsync(Cancellation);
            var usage = product.Services.GetRequiredService<UsageLedger>();
            var now = product.Services.GetRequiredService<TimeProvider>().GetUtcNow();
            usage.Meter(key.Key.KeyId, project).Count(null, null, System.Net.IPAddress.Parse("203.0.113.7"), null, now);
            await usage.FlushAsync(Cancellation);
        }
    }

    /// <summary>A number from 1 to 1000 that looks like chance and compresses as badly.</summary>
    static long Uneven(int one, int other) => ((((one + 3L) * 7919) + ((other + 5L) * 104_729)) * (one + other + 11L) % 1000) + 1;
}
