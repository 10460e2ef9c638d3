using System.Globalization;
using Dashboard.Bench.Soak;
using Dashboard.Core;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Setup;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Bench;

/// <summary>The domain's own services on a database in a temporary folder, set up, with many keys in one project.</summary>
sealed class Installation : IAsyncDisposable
{
    const string Organization = "Northwind Traders";

    /// <summary>How the first owner signs in.</summary>
    public const string Email = "owner@example.com";

    /// <summary>The first owner's password.</summary>
    public const string Password = "a long sentence for a measurement";

    /// <summary>So many keys can be made on top.</summary>
    const int Allowance = 10_000;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-bench-");
    readonly IConfiguration configuration;
    readonly ServiceProvider provider;
    readonly List<ServiceProvider> nodes = [];

    Installation(RowReads? reads, int keys, IEnumerable<(string Key, string Value)> settings)
    {
        Dictionary<string, string?> all = new(StringComparer.OrdinalIgnoreCase)
        {
            ["ConnectionStrings:Dashboard"] = $"Data Source={Path.Combine(folder.FullName, "latchkey.db")}",
            ["DataProtection:KeyPath"] = Path.Combine(folder.FullName, "keys"),
            ["Keys:MaxActivePerProject"] = (keys + Allowance).ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        configuration = new ConfigurationBuilder().AddInMemoryCollection(all).Build();
        provider = Build(reads);
    }

    ServiceProvider Build(RowReads? reads)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddDashboardCore(configuration, folder.FullName);
        if (reads is not null)
        {
            services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(reads));
        }

        return services.BuildServiceProvider(validateScopes: true);
    }

    /// <summary>The settings of an installation on a PostgreSQL server.</summary>
    public static (string Key, string Value)[] On(PostgreSqlServer server) =>
        [("Database:Provider", "PostgreSql"), ("ConnectionStrings:Dashboard", server.ConnectionString)];

    /// <summary>The services of the installation's first node.</summary>
    public IServiceProvider Services => provider;

    /// <summary>Adds a node on the same database, with services and caches of its own.</summary>
    public IServiceProvider AddNode()
    {
        nodes.Add(Build(null));
        return nodes[^1];
    }

    /// <summary>The first owner.</summary>
    public Actor Owner { get; private set; } = null!;

    /// <summary>The project that has the keys.</summary>
    public ProjectPath Project { get; private set; }

    /// <summary>The database's file.</summary>
    public string Database => Path.Combine(folder.FullName, "latchkey.db");

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    public IEnumerable<T> All<T>() => provider.GetServices<T>();

    /// <summary>The identifier of a key.</summary>
    public static string KeyId(int i) => string.Create(CultureInfo.InvariantCulture, $"K{i:D7}");

    /// <summary>The text of a key, as long as those of the default template.</summary>
    public static string RawKey(int i) =>
        string.Create(CultureInfo.InvariantCulture, $"nk_{(i % 5 < 2 ? "test" : "live")}_K{i:D7}_32characters4measurements0000xyz");

    /// <summary>Whether a key is live, not revoked, and was used before: a good one whose use leaves no more than its time.</summary>
    public static bool IsGood(int i) => i % 5 >= 2 && i % 10 != 3 && i % 4 != 0;

    public KeyService Keys => provider.GetRequiredService<KeyService>();

    /// <summary>The lists of its keys.</summary>
    public KeyListService KeyLists => provider.GetRequiredService<KeyListService>();

    public ProjectService Projects => provider.GetRequiredService<ProjectService>();

    public IDbContextFactory<DashboardContext> Contexts => provider.GetRequiredService<IDbContextFactory<DashboardContext>>();

    /// <summary>Makes one with <paramref name="keys"/> keys, of which <paramref name="reads"/> hears what is read.</summary>
    public static async Task<Installation> CreateAsync(
        int keys, RowReads? reads, CancellationToken cancellationToken, params (string Key, string Value)[] settings)
    {
        var made = new Installation(reads, keys, settings);
        await made.provider.PrepareDatabaseAsync(cancellationToken);
        var input = new NewInstallation(Email, Password, Organization, "Order Platform", "Olga");
        var done = (await made.provider.GetRequiredService<SetUpService>().SetUpAsync(Actor.System, input, cancellationToken)).Value;
        (made.Owner, made.Project) = (new(PartyType.User, done.UserId, "Olga"), done.Project);
        await made.AddKeysAsync(keys, cancellationToken);
        reads?.Forget();
        return made;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        await provider.DisposeAsync();
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    /// <summary>Two in five are test keys, one in ten has been revoked, and their names, last uses and ends are spread.</summary>
    async Task AddKeysAsync(int count, CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return; // and no statistics either, as in a database that has just been made
        }

        await using var context = await Contexts.CreateDbContextAsync(cancellationToken);
        var project = await context.Projects.Select(x => x.Id).SingleAsync(cancellationToken);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await InsertAsync(context, Enumerable.Range(0, count).Select(Key), cancellationToken);
        await Get<KeyCountService>().RecountAsync(cancellationToken);
        await context.Database.ExecuteSqlRawAsync("ANALYZE", cancellationToken);

        ApiKey Key(int i) => new()
        {
            KeyId = KeyId(i),
            Hash = KeyHash.Of(RawKey(i)),
            Prefix = string.Create(CultureInfo.InvariantCulture, $"nk_{(i % 5 < 2 ? "test" : "live")}_K{i:D7}"),
            ProjectId = project,
            Name = string.Create(CultureInfo.InvariantCulture, $"{Names[i % Names.Length]} {i * 7919 % count}"),
            Environment = i % 5 < 2 ? KeyEnvironment.Test : KeyEnvironment.Live,
            State = i % 10 == 3 ? KeyState.Revoked : KeyState.Active,
            RevokedAt = i % 10 == 3 ? start.AddDays(200) : null,
            Permissions = "read execute write",
            AllResources = true,
            OwnerType = PartyType.User,
            OwnerId = Owner.Id,
            CreatedBy = Owner.Id,
            CreatedAt = start.AddMinutes(i),
            LastUsedAt = i % 4 == 0 ? null : start.AddDays(100).AddSeconds(i * 31L % count),
            ExpiresAt = i % 3 == 0 ? null : start.AddYears(5).AddHours(i * 17L % count),
        };
    }

    /// <summary>Writes rows as the model maps them, but by one prepared command or copy: EF Core's own way takes a quarter of an hour for a
    /// million.</summary>
    public static async Task InsertAsync<T>(DashboardContext context, IEnumerable<T> rows, CancellationToken cancellationToken)
        where T : class
    {
        var entity = context.Model.FindEntityType(typeof(T))!;
        var columns = entity.GetProperties().Select(property => (Property: property, property.GetTypeMapping().Converter)).ToList();
        await context.Database.OpenConnectionAsync(cancellationToken);
        if (context.Database.GetDbConnection() is NpgsqlConnection server)
        {
            await CopyAsync(server, rows);
            return;
        }

        var connection = (SqliteConnection)context.Database.GetDbConnection();
        await using var transaction = connection.BeginTransaction();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO \"{entity.GetTableName()}\" ({string.Join(", ", columns.Select(column => $"\"{column.Property.GetColumnName()}\""))}) "
            + $"VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        var parameters = columns.Select((_, i) => command.Parameters.Add(new SqliteParameter($"@p{i}", null))).ToList();
        foreach (var row in rows)
        {
            foreach (var ((property, converter), parameter) in columns.Zip(parameters))
            {
                parameter.Value = ValueOf(row, property, converter) ?? DBNull.Value;
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);

        static object? ValueOf(T row, IProperty property, ValueConverter? converter)
        {
            var value = property.PropertyInfo!.GetValue(row);
            return value is null || converter is null ? value : converter.ConvertToProvider(value);
        }

        async Task CopyAsync(NpgsqlConnection server, IEnumerable<T> rows)
        {
            await using var copy = await server.BeginBinaryImportAsync(
                $"COPY \"{entity.GetTableName()}\" ({string.Join(", ", columns.Select(column => $"\"{column.Property.GetColumnName()}\""))}) FROM STDIN (FORMAT BINARY)",
                cancellationToken);
            foreach (var row in rows)
            {
                await copy.StartRowAsync(cancellationToken);
                foreach (var (property, converter) in columns)
                {
                    await (ValueOf(row, property, converter) is { } value ? copy.WriteAsync(value, cancellationToken)
                        : copy.WriteNullAsync(cancellationToken));
                }
            }

            await copy.CompleteAsync(cancellationToken);
        }
    }

    static readonly string[] Names = ["backend", "mobile app", "Nightly export", "partner bridge", "warehouse scanner"];
}
