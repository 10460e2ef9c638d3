namespace Dashboard.Core.Data;

/// <summary>Creates files with mode 0600 and folders with mode 0700, so that only the user who runs Latchkey can read them. Existing ones
/// keep their mode. On Windows the access control list of the folder applies.</summary>
public static class PrivateFiles
{
    const int WriteBuffer = 64 * 1024;
    const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;
    const UnixFileMode ReadByOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Creates a folder and its missing parents.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is { Length: > 0 } parent)
            {
                CreateFolder(parent); // .NET applies the mode to the last folder only
            }

            Directory.CreateDirectory(path, FolderMode);
        }
    }

    /// <summary>Opens a file exclusively, and creates it if it does not exist.</summary>
    /// <exception cref="IOException">Another process has opened it exclusively.</exception>
    public static FileStream OpenExclusively(string path, FileOptions options = FileOptions.None) =>
        new(path, Options(options, FileShare.None));

    /// <summary>Creates a file to write to.</summary>
    /// <exception cref="IOException">It exists, or cannot be created.</exception>
    public static FileStream CreateNew(string path)
    {
        var options = Options(FileOptions.None, FileShare.Read);
        options.Mode = System.IO.FileMode.CreateNew;
        options.BufferSize = WriteBuffer;
        return new(path, options);
    }

    /// <summary>Creates a file if it does not exist.</summary>
    public static void Create(string path)
    {
        using var file = new FileStream(path, Options(FileOptions.None, FileShare.ReadWrite));
    }

    /// <summary>Returns whether the mode of a file lets other users read it.</summary>
    public static bool IsReadableByOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ReadByOthers) != UnixFileMode.None;

    static FileStreamOptions Options(FileOptions options, FileShare share)
    {
        var stream = new FileStreamOptions
        {
            Mode = System.IO.FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 1,
            Options = options,
        };
        if (!OperatingSystem.IsWindows())
        {
            stream.UnixCreateMode = FileMode;
        }

        return stream;
    }
}
