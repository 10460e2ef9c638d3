using Dashboard.Core.Data;

namespace Dashboard.Core.Changes;

/// <summary>The file with the audit log's key.</summary>
static class AuditKeyFile
{
    /// <summary>Together with <see cref="Pause"/>, the time that a node waits for another to write the file: 10 seconds.</summary>
    const int MaxTries = 200;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Reads the key, or creates it. The first node to open the file exclusively writes it; the others wait until it is complete
    /// and read it. If a node was killed before it wrote anything, the next one does.</summary>
    /// <param name="create">Whether to create the file if it does not exist.</param>
    /// <returns>The key; null if there is none and none is created.</returns>
    /// <exception cref="SettingException">The file does not hold a key, or cannot be read or written.</exception>
    public static async Task<AuditKey?> ReadAsync(string path, bool create, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var text = File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken)).Trim() : "";
                if (text.Length > 0)
                {
                    return AuditKey.TryParse(text)
                        ?? throw new SettingException(AuditKeys.Setting, $"is not set, and {path} does not hold 32 bytes in base64");
                }

                if (!create)
                {
                    return null;
                }

                PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
                await using var file = PrivateFiles.OpenExclusively(path);
                if (file.Length == 0)
                {
                    return Write(file);
                }
            }
            catch (IOException) when (File.Exists(path) && tries < MaxTries)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken); // another node is writing it
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new SettingException(
                    AuditKeys.Setting,
                    $"is not set, and {path} cannot be {(File.Exists(path) ? "read" : "written")}: {exception.Message.TrimEnd('.')}");
            }
        }
    }

    static AuditKey Write(FileStream file)
    {
        var key = AuditKey.Create(out var text);
        using (var writer = new StreamWriter(file, leaveOpen: true))
        {
            writer.WriteLine(text);
        }

        file.Flush(flushToDisk: true); // before the first entry that needs it reaches the disk
        return key;
    }
}
