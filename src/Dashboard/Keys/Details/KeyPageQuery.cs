using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Usage;

namespace Dashboard.Keys.Details;

/// <summary>Reads the data of a key's page.</summary>
sealed class KeyPageQuery(KeyDetailsService details, ProjectService projects, PermissionCatalog catalog, TimeProvider time)
{
    /// <summary>How many resources are named before the rest is folded.</summary>
    public const int MaxNamed = 4;

    /// <summary>Reads a key.</summary>
    /// <param name="path">The project in the address. If the key is in another project of the organization, or the address uses a former
    /// name, <see cref="KeyPageModel.Project"/> differs from it.</param>
    /// <param name="unfolded">Whether to name all of the key's resources.</param>
    /// <returns>The data, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<KeyPageModel>> ReadAsync(
        Actor actor, ProjectPath path, string keyId, bool unfolded, CancellationToken cancellationToken)
    {
        var addressed = await projects.FindAsync(actor, path, cancellationToken);
        if (addressed.Error is { } unknown)
        {
            return unknown;
        }

        var read = await details.GetAsync(actor, keyId, cancellationToken);
        if (read.Error is { } missing)
        {
            return missing;
        }

        var project = addressed.Value;
        if (read.Value.Key.Project != project.Path.ToString())
        {
            if (!ProjectPath.TryParse(read.Value.Key.Project, out var own) || own.Organization != project.OrganizationSlug)
            {
                return Error.NotFound;
            }

            var other = await projects.FindAsync(actor, own, cancellationToken);
            if (other.Error is { } gone)
            {
                return gone;
            }

            project = other.Value;
        }

        return ToModel(actor, project, read.Value, unfolded);
    }

    KeyPageModel ToModel(Actor actor, ProjectAccess project, KeyDetails read, bool unfolded) => new(
        project,
        KeyItem.Of(read.Key, actor, project.Role, catalog),
        read.Key with { Scope = read.Key.Scope is null ? null : [] },
        [.. read.Resources.Take(unfolded ? int.MaxValue : MaxNamed).Select(resource => resource.Name)],
        read.Resources.Count,
        read.Days,
        read.Permissions,
        read.Clients,
        [.. read.History.Select(KeyHistoryText.Of)],
        read.HasMoreHistory,
        time.GetUtcNow());
}
