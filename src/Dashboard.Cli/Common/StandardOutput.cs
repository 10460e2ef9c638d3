using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Dashboard.Cli.Common;

/// <summary>Standard output that reports when nobody reads it. The runtime's own stream ignores a broken pipe, so <c>latchkey … | head</c>
/// would run to its end.</summary>
static class StandardOutput
{
    const int Descriptor = 1;

    public static Stream Open()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            var direct = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!direct.CanSeek)
            {
                return direct; // a file's stream keeps a position of its own, which the next program of the shell does not know
            }
        }

        return Console.OpenStandardOutput();
    }

    public static TextWriter OpenText() =>
        new StreamWriter(Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
}
