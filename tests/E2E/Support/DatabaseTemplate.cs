using Dashboard.Core.Data;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Databases that are made once per run and copied for each product: to migrate an empty file and hash the owner's password
/// takes longer than most tests.</summary>
static class DatabaseTemplate
{
    public const string FileName = "latchkey.db";

    static readonly Lazy<DirectoryInfo> Migrated = new(Migrate);
    static readonly Lazy<DirectoryInfo> Owned = new(SetUp);

    static readonly string? Server = Environment.GetEnvironmentVariable("LATCHKEY_TEST_DATABASE") == "PostgreSql"
        ? Environment.GetEnvironmentVariable("LATCHKEY_TEST_POSTGRESQL")
            ?? throw new InvalidOperationException("LATCHKEY_TEST_POSTGRESQL must be a connection string.")
        : null;

    /// <summary>Copies a database that has every table and no row.</summary>
    public static void CopyEmpty(DirectoryInfo folder)
    {
        if (Server is null)
        {
            Copy(Migrated.Value, folder);
        }
        else
        {
            CreateOnServer(folder, template: null); // the start migrates it
        }
    }

    /// <summary>Copies a database with the first owner, and all that a start keeps beside one.</summary>
    public static void CopyWithOwner(DirectoryInfo folder)
    {
        var owned = Owned.Value;
        Copy(owned, folder);
        if (Server is not null)
        {
            CreateOnServer(folder, owned);
        }
    }

    /// <summary>Returns whether a folder has its database.</summary>
    public static bool Exists(DirectoryInfo folder) => Server is null
        ? File.Exists(Path.Combine(folder.FullName, FileName))
        : Directory.Exists(Path.Combine(folder.FullName, "keys"));

    /// <summary>The settings that lead to the database of a folder.</summary>
    public static IEnumerable<(string Name, string Value)> SettingsOf(DirectoryInfo folder) => Server is null
        ? [("ConnectionStrings:Dashboard", $"Data Source={Path.Combine(folder.FullName, FileName)}")]
        :
        [
            ("Database:Provider", "PostgreSql"), ("ConnectionStrings:Dashboard", OnServer(folder.Name)), (
                "DataProtection:KeyPath", Path.Combine(folder.FullName, "keys")),
        ];

    static string OnServer(string database) => new NpgsqlConnectionStringBuilder(Server) { Database = database }.ToString();

    static void CreateOnServer(DirectoryInfo folder, DirectoryInfo? template)
    {
        using var connection = new NpgsqlConnection(OnServer("postgres"));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE \"{folder.Name}\"" + (template is null ? "" : $" TEMPLATE \"{template.Name}\"");
        command.ExecuteNonQuery();
    }

    static DirectoryInfo Migrate()
    {
        var folder = NewFolder();
        var connection = $"Data Source={Path.Combine(folder.FullName, FileName)}";
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Dashboard", connection)]).Build();
        using var services = new ServiceCollection().AddLogging()
            .AddDashboardDatabase(configuration, folder.FullName).BuildServiceProvider();
        services.PrepareDatabaseAsync(CancellationToken.None).GetAwaiter().GetResult();
        SqliteConnection.ClearAllPools();
        return folder;
    }

    /// <summary>By the product's own start, so that the copy is what a start leaves behind.</summary>
    static DirectoryInfo SetUp()
    {
        var folder = NewFolder();
        using (var product = new Product(folder))
        {
            CopyEmpty(folder);
            product.Start();
        }

        NpgsqlConnection.ClearAllPools(); // a template must have no connections

        return folder;
    }

    static DirectoryInfo NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-template-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder;
    }

    /// <summary>Modes go along.</summary>
    static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        foreach (var file in from.GetFiles("*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to.FullName, Path.GetRelativePath(from.FullName, file.FullName));
            var parent = Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (!OperatingSystem.IsWindows())
            {
                parent.UnixFileMode = file.Directory!.UnixFileMode;
            }

            file.CopyTo(target);
        }
    }
}
