using System.Text;
using Dashboard.Core.Data;
using Dashboard.Core.DataProtection;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Audit;

/// <summary>The file in the key folder with the highest heads that this node has seen, so that a database that is restored while the node
/// is stopped shows as well. Without a key folder, a node knows what it has seen since its start.</summary>
public sealed class AuditHeadFile
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "audit.heads";

    readonly string? path;

    /// <summary>Finds the file. Does not create it.</summary>
    /// <param name="contentRoot">The folder that relative paths start from.</param>
    public AuditHeadFile(IConfiguration configuration, string contentRoot) =>
        path = KeyFolder.Find(configuration, contentRoot) is { } folder ? Path.Combine(folder.Path, FileName) : null;

    /// <summary>Reads the heads; none if there is no file.</summary>
    internal async Task<IReadOnlyList<AuditHead>> ReadAsync(CancellationToken cancellationToken) =>
        path is not null && File.Exists(path) ? AuditHead.FindAll(await File.ReadAllTextAsync(path, cancellationToken)) : [];

    /// <summary>Replaces the file. The heads of other nodes that share the folder stay, where they are higher.</summary>
    internal async Task WriteAsync(IEnumerable<AuditHead> heads, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return;
        }

        // Of two of the same height, the one that is there was seen first.
        var highest = (await ReadAsync(cancellationToken)).Concat(heads)
            .GroupBy(head => head.Chain).Select(chain => chain.MaxBy(head => head.Sequence)!).OrderBy(head => head.Chain);
        PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
        var next = $"{path}.{Base62.Random(12)}"; // containers have the same process id
        PrivateFiles.Create(next);
        try
        {
            await using (var file = new FileStream(next, FileMode.Open, FileAccess.Write, FileShare.None))
            {
                await file.WriteAsync(
                    Encoding.ASCII.GetBytes(string.Concat(highest.Select(head => $"{head}\n"))), cancellationToken);
                file.Flush(flushToDisk: true); // a power failure must not leave an empty file under the name
            }

            File.Move(next, path, overwrite: true);
        }
        catch
        {
            File.Delete(next);
            throw;
        }
    }
}
