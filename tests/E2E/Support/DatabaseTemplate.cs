using Dashboard.Core.Data;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Databases that are made once per run and copied for each product: to migrate an empty file and hash the owner's password
/// takes longer than most tests.</summary>
static class DatabaseTemplate
{
    public const string FileName = "latchkey.db";

    static readonly Lazy<DirectoryInfo> Migrated = new(Migrate);
    static readonly Lazy<DirectoryInfo> Owned = new(SetUp);

    /// <summary>Copies a database that has every table and no row.</summary>
    public static void CopyEmpty(DirectoryInfo folder) => Copy(Migrated.Value, folder);

    /// <summary>Copies a database with the first owner, and all that a start keeps beside one.</summary>
    public static void CopyWithOwner(DirectoryInfo folder) => Copy(Owned.Value, folder);

    static DirectoryInfo Migrate()
    {
        var folder = NewFolder();
        var connection = $"Data Source={Path.Combine(folder.FullName, FileName)}";
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Dashboard", connection)]).Build();
        using var services = new ServiceCollection().AddLogging().AddDashboardDatabase(configuration, folder.FullName).BuildServiceProvider();
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
