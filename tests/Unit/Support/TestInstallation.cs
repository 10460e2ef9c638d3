using System.Text;
using Dashboard.Core;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Dashboard.Tests.Unit.Support;

/// <summary>An installation: a database, created by the real migrations, with users, organizations and projects
/// inserted directly, a fake clock, and the real services. <c>acme</c>, with its project <c>orders</c>, has a member in each role. <see
/// cref="Stranger"/> owns <c>globex</c> and its project <c>billing</c>.</summary>
public sealed class TestInstallation : IAsyncDisposable
{
    public const string Orders = "acme/orders";
    public const string Billing = "globex/billing";

    public static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");
    readonly List<Services> graphs = [];
    readonly TestDatabase database;
    readonly DbContextOptions<SqliteContext>? filling;
    int people = 5;

    /// <summary>Creates the installation.</summary>
    /// <param name="settings">The settings of its first process.</param>
    public TestInstallation(params (string Key, string? Value)[] settings)
        : this(furnished: true, settings)
    {
    }

    TestInstallation(bool furnished, (string Key, string? Value)[] settings)
    {
        database = TestDatabase.Rent(furnished, folder);
        Services = Run(settings);
        if (database is SqliteTestDatabase)
        {
            var options = new DbContextOptionsBuilder<SqliteContext>(Services.Get<DbContextOptions<SqliteContext>>());
            filling = options.UseSqlite(sqlite => sqlite.MaxBatchSize(10)).Options;
        }
    }

    /// <summary>Creates an installation without setup.</summary>
    public static TestInstallation Empty(params (string Key, string? Value)[] settings) => new(furnished: false, settings);

    /// <summary>The services of the first process.</summary>
    public Services Services { get; }

    public FakeTimeProvider Time { get; } = new(Start);

    public Actor Owner { get; } = DashboardUser(1, "Olga");

    public Actor Admin { get; } = DashboardUser(2, "Adam");

    public Actor Developer { get; } = DashboardUser(3, "Dora");

    public Actor Viewer { get; } = DashboardUser(4, "Viktor");

    public Actor Stranger { get; } = DashboardUser(5, "Sten");

    /// <summary>The key that the audit log is written with, unless a test sets another.</summary>
    public const string AuditKeyText = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    public static readonly AuditKey AuditKey = AuditKey.TryParse(AuditKeyText)!;

    /// <summary>The folder of keys, beside the database.</summary>
    public string KeyFolder => Path.Combine(folder.FullName, "keys");

    /// <summary>The folder that the installation keeps its files in.</summary>
    public string Folder => folder.FullName;

    /// <summary>The settings that lead to the database.</summary>
    public IReadOnlyList<(string Key, string? Value)> DatabaseSettings => database.Settings;

    /// <summary>Starts another process on the same database.</summary>
    /// <param name="settings">Its settings.</param>
    public Services Run(params (string Key, string? Value)[] settings) => Run(_ => { }, settings);

    /// <summary>Starts another process on the same database, with changed services.</summary>
    public Services Run(Action<IServiceCollection> adjust, params (string Key, string? Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddDashboardCore(Configuration([.. database.Settings, (AuditKeys.Setting, AuditKeyText), .. settings]), folder.FullName);
        services.AddSingleton<TimeProvider>(Time);
        if (database is SqliteTestDatabase)
        {
            services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(SqliteTestDatabase.WithoutSynchronization));
        }

        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 10); // keeps tests fast
        adjust(services);
        var graph = new Services(services.BuildServiceProvider(validateScopes: true));
        graphs.Add(graph);
        return graph;
    }

    /// <summary>Starts another process on the same database, with an interceptor.</summary>
    public Services Run(IInterceptor interceptor, params (string Key, string? Value)[] settings) =>
        Run(services => TestDatabase.Configure(services, options => options.AddInterceptors(interceptor)), settings);

    public static IConfiguration Configuration(params (string Key, string? Value)[] settings) => new ConfigurationBuilder()
        // the last one counts
        .AddInMemoryCollection(
            settings.GroupBy(setting => setting.Key).Select(set => KeyValuePair.Create(set.Key, set.Last().Value))).Build();

    /// <summary>A context for what a test prepares and checks. Those of the product send more rows at once to SQLite, which spends most of
    /// its time on finding the parameters of each row among those of all.</summary>
    public DashboardContext Open() => filling is null ? Services.Open() : new SqliteContext(filling);

    public Actor AddPerson(string name)
    {
        var person = DashboardUser(++people, name);
        Add(Row(person));
        return person;
    }

    public void AddMember(string organization, Actor person, OrganizationRole role) =>
        Add(new Member { OrganizationId = OrganizationId(organization), UserId = person.Id, Role = role, JoinedAt = Start });

    public void SetRole(string organization, Actor person, OrganizationRole? role) => Assert.Equal(1, Sql(role is { } word
        ? $"UPDATE Members SET Role = '{word.ToWireName()}' WHERE UserId = '{person.Id}' AND OrganizationId = {OrganizationId(organization)}"
        : $"DELETE FROM Members WHERE UserId = '{person.Id}' AND OrganizationId = {OrganizationId(organization)}"));

    public void AddOrganization(string slug)
    {
        using var context = Open();
        AddOrganization(context, slug);
    }

    public void AddProject(string organization, string slug)
    {
        using var context = Open();
        AddProject(context, OrganizationId(organization), slug);
    }

    public void AddResource(string project, string kind, string id) =>
        Add(new Resource { ProjectId = ProjectId(project), Kind = kind, ExternalId = id, Name = id, CreatedAt = Start });

    /// <summary>Returns the same user with a new session that expires in an hour.</summary>
    public Actor SignIn(Actor person)
    {
        var id = $"session-{Guid.CreateVersion7(Start):N}";
        var session = new Session
        {
            Id = id,
            SecretHash = KeyHash.Of(SecretOf(id)),
            UserId = person.Id,
            Address = null,
            UserAgent = "",
            CreatedAt = Time.GetUtcNow(),
            ExpiresAt = Time.GetUtcNow() + TimeSpan.FromHours(1),
            LastSeenAt = Time.GetUtcNow(),
            IdleAt = Time.GetUtcNow() + TimeSpan.FromHours(1),
            ConfirmedAt = Time.GetUtcNow(),
        };
        Add(session);
        return person with { SessionId = session.Id };
    }

    /// <summary>Returns the secret that the cookie of a session of <see cref="SignIn"/> holds.</summary>
    public static string SecretOf(string sessionId) => $"secret of {sessionId}";

    /// <summary>Sets a user's password.</summary>
    public void SetPassword(Actor person, string password)
    {
        using var context = Open();
        var row = context.Users.Single(x => x.Id == person.Id);
        row.PasswordHash = Services.Get<IPasswordHasher<DashboardUser>>().HashPassword(row, password);
        context.SaveChanges();
    }

    /// <summary>Counts the keys of all projects, after some were inserted directly.</summary>
    public void CountKeys() => Services.Get<KeyCountService>().RecountAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Inserts a row directly.</summary>
    public void Add(object row)
    {
        using var context = Open();
        context.Add(row);
        context.SaveChanges();
    }

    public long OrganizationId(string slug)
    {
        using var context = Open();
        return context.Organizations.Single(x => x.Slug == slug).Id;
    }

    public long ProjectId(string path)
    {
        var (organization, project) = (path.Split('/')[0], path.Split('/')[1]);
        using var context = Open();
        return context.Projects.Single(
            x => x.Slug == project && context.Organizations.Any(o => o.Id == x.OrganizationId && o.Slug == organization)).Id;
    }

    /// <summary>Runs SQL of SQLite directly, names without quotes, and returns the number of affected rows.</summary>
    public int Sql(string sql)
    {
        using var connection = database.Open();
        using var command = connection.CreateCommand();
        command.CommandText = database.Translate(sql);
        return command.ExecuteNonQuery();
    }

    /// <summary>Returns the content of the database as text, to assert that nothing was written.</summary>
    public string Dump() => database.Dump();

    /// <summary>Returns everything that is stored, with what a file may hold beyond its rows.</summary>
    public string DumpBytes() => Dump() + Encoding.Latin1.GetString(database.Bytes);

    public async ValueTask DisposeAsync()
    {
        foreach (var graph in graphs)
        {
            await graph.DisposeAsync();
        }

        await database.DisposeAsync();
        folder.Delete(recursive: true);
    }

    static Actor DashboardUser(int number, string name) => new(PartyType.User, $"person-{number}", name, "10.2.3.4");

    static DashboardUser Row(Actor person)
    {
        var email = $"{person.Name}@example.com";
        return new()
        {
            Id = person.Id,
            Name = person.Name,
            CreatedAt = Start,
            UserName = email,
            NormalizedUserName = EmailAddress.Normalize(email),
            Email = email,
            NormalizedEmail = EmailAddress.Normalize(email),
        };
    }

    static long AddOrganization(DashboardContext context, string slug)
    {
        var organization = new Organization { Slug = slug, Name = slug, CreatedAt = Start };
        context.Add(organization);
        context.SaveChanges();
        context.AddRange(new OrganizationSlug { Slug = slug, OrganizationId = organization.Id }, new AuditChain { Id = organization.Id });
        context.SaveChanges();
        return organization.Id;
    }

    static void AddProject(DashboardContext context, long organization, string slug)
    {
        var project = new Project { OrganizationId = organization, Slug = slug, Name = slug, CreatedAt = Start };
        context.Add(project);
        context.SaveChanges();
        context.Add(new ProjectSlug { OrganizationId = organization, Slug = slug, ProjectId = project.Id });
        context.SaveChanges();
    }

    internal static void Furnish(DashboardContext context)
    {
        context.Database.Migrate();
        (Actor DashboardUser, OrganizationRole Role)[] members =
        [
            (DashboardUser(1, "Olga"), OrganizationRole.Owner), (DashboardUser(2, "Adam"), OrganizationRole.Admin), (
                DashboardUser(3, "Dora"), OrganizationRole.Developer),
            (DashboardUser(4, "Viktor"), OrganizationRole.Viewer), (DashboardUser(5, "Sten"), OrganizationRole.Owner),
        ];
        context.AddRange(members.Select(member => Row(member.DashboardUser)));
        var (acme, globex) = (AddOrganization(context, "acme"), AddOrganization(context, "globex"));
        context.AddRange(members.Select((member, i) =>
            new Member { OrganizationId = i < 4 ? acme : globex, UserId = member.DashboardUser.Id, Role = member.Role, JoinedAt = Start }));
        AddProject(context, acme, "orders");
        AddProject(context, globex, "billing");
    }
}
