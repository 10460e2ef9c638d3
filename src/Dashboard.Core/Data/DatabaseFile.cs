using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Data;

/// <summary>The file of the embedded database cannot be relied on.</summary>
public abstract class DatabaseFileException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The file of the embedded database was replaced or deleted while it was open.</summary>
public sealed class DatabaseReplacedException() : DatabaseFileException(DatabaseFile.Replaced);

/// <summary>The file of the embedded database cannot be examined, so that nobody knows whether it was replaced.</summary>
public sealed class DatabaseHiddenException(Exception inner) : DatabaseFileException(DatabaseFile.Hidden, inner);

/// <summary>Watches whether the file of the embedded database is still the one that was opened. A process that has it open keeps writing to
/// the file that was there before, which nobody can find any more: every change would be lost with the process.</summary>
/// <param name="path">The file, or null for any other database.</param>
public sealed partial class DatabaseFile(string? path, ILogger<DatabaseFile> logger)
{
    /// <summary>The sentence that a caller gets.</summary>
    public const string Replaced =
        "The database file was replaced or deleted while Latchkey was running. Changes are refused until Latchkey is restarted.";

    /// <summary>The sentence that a caller gets while the file cannot be examined.</summary>
    public const string Hidden = "The database file cannot be examined. Changes are refused until Latchkey may see it again.";

    readonly Lock gate = new();
    FileIdentity? opened;
    volatile bool replaced;

    /// <summary>Checks the file. The first check takes it as it is; one that was replaced stays so until the restart, because some
    /// connections may have opened the new file by then.</summary>
    /// <exception cref="DatabaseReplacedException">The file is another one or does not exist.</exception>
    /// <exception cref="DatabaseHiddenException">The file cannot be examined.</exception>
    public void Check()
    {
        if (path is null || !FileIdentity.IsSupported)
        {
            return;
        }

        var found = replaced ? null : FileIdentity.Of(path);
        lock (gate)
        {
            opened ??= found;
            if (replaced)
            {
                throw new DatabaseReplacedException();
            }

            if (found is not null && found == opened)
            {
                return;
            }

            replaced = true;
        }

        LogReplaced(path);
        throw new DatabaseReplacedException();
    }

    /// <summary>Checks the file after something was written to it. A file that cannot be examined now was the right one before, so what was
    /// written is not called lost.</summary>
    /// <exception cref="DatabaseReplacedException">The file is another one or does not exist.</exception>
    public void CheckWritten()
    {
        try
        {
            Check();
        }
        catch (DatabaseHiddenException exception)
        {
            LogHidden(exception);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "The database file {File} was replaced or deleted while Latchkey was running. Changes are refused, and in 30 seconds keys are "
            + "as well. Stop Latchkey, put the file that you want there, delete the files beside it whose names end with -wal and -shm unless "
            + "they belong to it, and start Latchkey again.")]
    partial void LogReplaced(string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "A change was written, but the database file cannot be examined since.")]
    partial void LogHidden(Exception exception);

    /// <summary>What identifies a file whatever its name. Windows lets nobody replace a file that is open.</summary>
    sealed record FileIdentity(uint Major, uint Minor, ulong Inode)
    {
        const int CurrentFolder = -100; // AT_FDCWD
        const uint InodeOnly = 0x100; // STATX_INO
        const int Size = 256;
        const int InodeAt = 0x20;
        const int MajorAt = 0x88;
        const int MinorAt = 0x8C;
        const int NoEntry = 2;
        const int NoFolder = 20;

        public static bool IsSupported { get; } = OperatingSystem.IsLinux() && HasCall();

        /// <summary>Returns null if there is no such file. Does not open it: closing it would give up the locks that SQLite holds on
        /// it.</summary>
        public static FileIdentity? Of(string path)
        {
            var name = new byte[Encoding.UTF8.GetByteCount(path) + 1];
            Encoding.UTF8.GetBytes(path, name);
            var found = new byte[Size];
            if (Examine(CurrentFolder, name, 0, InodeOnly, found) == 0)
            {
                // The layout is the same on every processor (statx(2)), in the processor's own order of bytes.
                return new(MemoryMarshal.Read<uint>(found.AsSpan(MajorAt)), MemoryMarshal.Read<uint>(found.AsSpan(MinorAt)),
                    MemoryMarshal.Read<ulong>(found.AsSpan(InodeAt)));
            }

            var error = Marshal.GetLastPInvokeError();
            return error is NoEntry or NoFolder ? null
                : throw new DatabaseHiddenException(new IOException($"{path}: {new Win32Exception(error).Message}"));
        }

        static bool HasCall()
        {
            try
            {
                _ = Examine(CurrentFolder, [(byte)'/', 0], 0, InodeOnly, new byte[Size]);
                return true;
            }
            catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
            {
                return false; // a C library from before 2018
            }
        }

        [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        static extern int Examine(int folder, byte[] path, int flags, uint mask, byte[] found);
    }
}
