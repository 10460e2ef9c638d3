namespace Dashboard.Core.Data;

/// <summary>Creates files and folders that nobody but the user who runs Latchkey can read: 0600 and 0700. What is there already keeps its mode. On Windows the folder's
/// access list holds for what is in it.</summary>
public static class PrivateFiles
{
    const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;
    const UnixFileMode ForOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Creates a folder, and those above it that are missing.</summary>
    public static DirectoryInfo CreateFolder(string path) => OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, FolderMode);

    /// <summary>Opens a file alone, and creates it if it is missing.</summary>
    /// <exception cref="IOException">Another process has it open in the same way.</exception>
    public static FileStream OpenAlone(string path, FileOptions options = FileOptions.None) => new(path, Options(options, FileShare.None));

    /// <summary>Creates a file if it is missing.</summary>
    public static void Create(string path)
    {
        using var file = new FileStream(path, Options(FileOptions.None, FileShare.ReadWrite));
    }

    /// <summary>Whether the mode of a file lets other users read it.</summary>
    public static bool IsReadableByOthers(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ForOthers) != UnixFileMode.None;

    static FileStreamOptions Options(FileOptions options, FileShare share)
    {
        var stream = new FileStreamOptions { Mode = System.IO.FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share, BufferSize = 1, Options = options };
        if (!OperatingSystem.IsWindows())
        {
            stream.UnixCreateMode = FileMode;
        }

        return stream;
    }
}
