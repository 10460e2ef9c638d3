using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Organizations;

/// <summary>Row locks that a unit of work holds until its transaction ends.</summary>
public static class RowLocks
{
    /// <summary>Takes the project's row lock until the transaction ends, so that what is counted in it stays as counted.</summary>
    /// <param name="unit">The unit of work.</param>
    /// <returns>False when the project has been deleted.</returns>
    public static async Task<bool> LockProjectAsync(this UnitOfWork unit, long id, CancellationToken cancellationToken) =>
        await unit.Context.Projects.Where(x => x.Id == id && x.DeletedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Revision, x => x.Revision + 1), cancellationToken) == 1;

    /// <summary>Locks the row of the organization until the transaction ends, so that counts within the organization stay
    /// correct.</summary>
    /// <param name="unit">The unit of work.</param>
    public static Task LockOrganizationAsync(this UnitOfWork unit, long id, CancellationToken cancellationToken) =>
        unit.Context.Organizations.Where(x => x.Id == id).ExecuteUpdateAsync(set => set.SetProperty(x => x.Revision, x => x.Revision + 1), cancellationToken);

    /// <summary>Locks the row of the installation until the transaction ends, for what belongs to no organization or project. Must be taken
    /// after their locks.</summary>
    /// <param name="unit">The unit of work.</param>
    public static Task LockInstallationAsync(this UnitOfWork unit, CancellationToken cancellationToken) =>
        unit.Context.Installations.ExecuteUpdateAsync(set => set.SetProperty(x => x.SetUpAt, x => x.SetUpAt), cancellationToken);
}
