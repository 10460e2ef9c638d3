using Dashboard.Core.Data;

namespace Dashboard.Core.Changes;

/// <summary>The file that holds the audit log's key.</summary>
static class AuditKeyFile
{
    /// <summary>How often a node looks whether another has written the file, and so how long it waits: ten seconds.</summary>
    const int MaxTries = 200;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Reads the key, or makes it: the first node to open the file writes it and keeps all others out until it is whole. A file that a node left empty when it was
    /// killed is written by the next.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">False to make nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key; null where there is none and none is made.</returns>
    /// <exception cref="SettingException">The file is no key, or cannot be read.</exception>
    public static async Task<AuditKey?> ReadAsync(string path, bool create, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var text = File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken)).Trim() : "";
                if (text.Length > 0)
                {
                    return AuditKey.TryParse(text) ?? throw new SettingException(AuditKeys.Setting, $"is not set, and {path} does not hold 32 bytes in base64");
                }

                if (!create)
                {
                    return null;
                }

                PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
                await using var file = PrivateFiles.OpenAlone(path);
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
                throw new SettingException(AuditKeys.Setting, $"is not set, and {path} cannot be {(File.Exists(path) ? "read" : "written")}: {exception.Message.TrimEnd('.')}");
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

        file.Flush(flushToDisk: true); // an entry that is on the disk needs a key that is
        return key;
    }
}
