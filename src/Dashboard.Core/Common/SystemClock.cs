using System.Runtime.InteropServices;

namespace Dashboard.Core.Common;

/// <summary>The system's clock, whose timestamps also count the time that the machine was suspended. .NET's own on Linux stand still then
/// (<c>CLOCK_MONOTONIC</c>), so that a machine that wakes up after an hour would trust what it knew before. On Windows they do
/// not.</summary>
public sealed class SystemClock : TimeProvider
{
    const int BootTime = 7; // CLOCK_BOOTTIME, clock_gettime(2)
    const long PerSecond = 1_000_000_000;

    SystemClock()
    {
    }

    /// <summary>The clock: .NET's own where the system has no better one.</summary>
    public static TimeProvider Instance { get; } = IsSupported() ? new SystemClock() : System;

    /// <inheritdoc />
    public override long TimestampFrequency => PerSecond;

    /// <inheritdoc />
    public override long GetTimestamp()
    {
        _ = GetTime(BootTime, out var now); // fails for an unknown clock only
        return (now.Seconds * PerSecond) + now.Nanoseconds;
    }

    static bool IsSupported()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess) // the numbers of a 32-bit process have another size
        {
            return false;
        }

        try
        {
            return GetTime(BootTime, out _) == 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [SuppressGCTransition]
    static extern int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
