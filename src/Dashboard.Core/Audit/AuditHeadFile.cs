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

    /// <summary>Replaces the file.</summary>
    internal async Task WriteAsync(IEnumerable<AuditHead> heads, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return;
        }

        PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
        var next = $"{path}.{Environment.ProcessId}";
        File.Delete(next);
        PrivateFiles.Create(next);
        await File.WriteAllLinesAsync(next, heads.OrderBy(head => head.Chain).Select(head => head.ToString()), cancellationToken);
        File.Move(next, path, overwrite: true);
    }
}
