using Dashboard.Core.Data;
using Dashboard.Core.DataProtection;

namespace Dashboard.Hosting;

/// <summary>Reports files with secrets that other users of the machine can read. Latchkey creates none, but a restored backup may bring
/// some.</summary>
static partial class FilePermissions
{
    /// <summary>Logs a warning for each database file and key file whose mode lets others read it. Does not change the mode, which may be
    /// deliberate.</summary>
    public static void WarnOfReadableFiles(this WebApplication app)
    {
        var (configuration, root) = (app.Configuration, app.Environment.ContentRootPath);
        string[] database = DatabaseRegistration.FindSqlite(configuration, root)?.File is { } file
            ? [file, $"{file}-wal", $"{file}-shm"] : [];
        var keys = KeyFolder.Find(configuration, root) is { } folder
            && Directory.Exists(folder.Path) ? Directory.EnumerateFiles(folder.Path) : [];
        foreach (var path in database.Concat(keys).Where(path => File.Exists(path) && PrivateFiles.IsReadableByOthers(path)))
        {
            LogReadable(app.Logger, path);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The mode of {File} lets other users of this machine read it. Run chmod 600 on it.")]
    static partial void LogReadable(ILogger logger, string file);
}
