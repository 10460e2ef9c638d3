using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Organizations;

/// <summary>Row locks that a unit of work holds until its transaction ends.</summary>
public static class RowLocks
{
    /// <summary>Takes the project's row lock until the transaction ends, so that what is counted in it stays as counted.</summary>
    /// <param name="unit">The unit of work.</param>
    /// <param name="id">The project.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>False when the project has been deleted.</returns>
    public static async Task<bool> LockProjectAsync(this UnitOfWork unit, long id, CancellationToken cancellationToken) =>
        await unit.Context.Projects.Where(x => x.Id == id && x.DeletedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Revision, x => x.Revision + 1), cancellationToken) == 1;

    /// <summary>Takes the organization's row lock until the transaction ends, so that what is counted in it stays as counted.</summary>
    /// <param name="unit">The unit of work.</param>
    /// <param name="id">The organization.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public static Task LockOrganizationAsync(this UnitOfWork unit, long id, CancellationToken cancellationToken) =>
        unit.Context.Organizations.Where(x => x.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Revision, x => x.Revision + 1), cancellationToken);

    /// <summary>Takes the installation's row lock until the transaction ends: for the little that is neither an organization's nor a
    /// project's. After theirs.</summary>
    /// <param name="unit">The unit of work.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public static Task LockInstallationAsync(this UnitOfWork unit, CancellationToken cancellationToken) =>
        unit.Context.Installations.ExecuteUpdateAsync(set => set.SetProperty(x => x.SetUpAt, x => x.SetUpAt), cancellationToken);
}
