using System.Diagnostics;

namespace Dashboard.Cli.Profiles;

/// <summary>Lets one process of the machine at a time do something. The system gives the lock back when its holder ends, however it
/// ends.</summary>
static class FileLock
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task<IDisposable> TakeAsync(string path, CancellationToken cancellationToken)
    {
        PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path, PrivateFile.Options(FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException exception) when (IsTaken(exception))
            {
                if (Stopwatch.GetElapsedTime(started) > Patience)
                {
                    throw new Failure(ExitCode.Error, $"Another process has kept {path} for a minute. End it and try again.", exception);
                }
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.</summary>
    static bool IsTaken(IOException exception) =>
        OperatingSystem.IsWindows() ? (exception.HResult & 0xFFFF) == 32 : exception.HResult is 11 or 35;
}
