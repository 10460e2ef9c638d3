using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Keys;
using Dashboard.Ui;

namespace Dashboard.ServiceAccounts;

/// <summary>Reads what the pages of service accounts show.</summary>
sealed class ServiceAccountsPageQuery(ServiceAccountService accounts, ProjectService projects, PermissionCatalog catalog, TimeProvider time)
{
    /// <summary>With the longest names this many rows still go through the circuit's first message.</summary>
    public const int Rows = 25;

    /// <summary>So many of an account's projects are named on its page; of more, the rest is counted.</summary>
    const int MaxNamed = 10;

    /// <summary>Reads one page of the list.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="asked">Which page.</param>
    /// <param name="term">What is searched for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The page. Where the address names the organization by what it was called once, only <see cref="OrganizationAccess.Slug"/> tells; else a fault.</returns>
    public async Task<Result<ServiceAccountsPageModel>> ReadAsync(Actor actor, ServiceAccountsPageState asked, string term, CancellationToken cancellationToken)
    {
        var organization = await projects.FindOrganizationAsync(actor, asked.Organization, cancellationToken);
        if (organization.Error is { } missing)
        {
            return missing;
        }

        var query = new ServiceAccountQuery(organization.Value.Slug, asked.Cursor, Rows, term, asked.State);
        var page = await accounts.ListAsync(actor, query, cancellationToken);
        if (page.Error is { } refused)
        {
            return refused;
        }

        var onePage = asked.Cursor is null && page.Value.NextCursor is null;
        var total = onePage ? page.Value.Items.Count : await accounts.CountAsync(actor, query, cancellationToken);
        var names = (await OfAsync(actor, organization.Value, cancellationToken)).ToDictionary(project => project.Path, project => project.Name, StringComparer.Ordinal);
        return total.Error is { } lost ? lost : new ServiceAccountsPageModel(
            asked,
            organization.Value,
            term.Length > 0,
            [.. page.Value.Items.Select(row => ServiceAccountItem.Of(row, names))],
            page.Value.NextCursor,
            total.Value,
            time.GetUtcNow());
    }

    /// <summary>Reads one account with its newest keys.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="slug">The organization, as the address names it.</param>
    /// <param name="id">The account.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The account; or a fault, also where it is another organization's.</returns>
    public async Task<Result<ServiceAccountView>> ReadOneAsync(Actor actor, string slug, string id, CancellationToken cancellationToken)
    {
        var organization = await projects.FindOrganizationAsync(actor, slug, cancellationToken);
        var account = await accounts.GetAsync(actor, id, cancellationToken);
        var keys = await accounts.KeysAsync(actor, id, Rows, cancellationToken);
        if ((organization.Error ?? account.Error ?? keys.Error) is { } fault)
        {
            return fault;
        }

        if (account.Value.Organization != organization.Value.Slug)
        {
            return Error.NotFound;
        }

        var all = await OfAsync(actor, organization.Value, cancellationToken);
        var names = all.ToDictionary(project => project.Path, project => project.Name, StringComparer.Ordinal);
        NamedProject Named(string path) => new(path, names.GetValueOrDefault(path, path));
        return new ServiceAccountView(
            organization.Value,
            account.Value,
            [.. (account.Value.Projects ?? []).Take(MaxNamed).Select(path => Named(path).Name)],
            [.. keys.Value.Select(key => new ServiceAccountKey(KeyItem.Of(key, actor, organization.Value.Role, catalog), Named(key.Project)))],
            time.GetUtcNow());
    }

    /// <summary>The projects that an account reaches.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="organization">The account's organization.</param>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<NamedProject>> ReachedAsync(Actor actor, OrganizationAccess organization, ServiceAccountSummary account, CancellationToken cancellationToken) =>
        (await OfAsync(actor, organization, cancellationToken)).FindAll(project => account.Projects?.Contains(project.Path, StringComparer.Ordinal) != false);

    /// <summary>Finds an organization's projects, for a picker.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="organization">The organization.</param>
    /// <param name="term">A part of a name or an address; empty for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PickPage> FindProjectsAsync(Actor actor, OrganizationAccess organization, string term, CancellationToken cancellationToken)
    {
        var found = (await OfAsync(actor, organization, cancellationToken))
            .FindAll(project => project.Name.Contains(term, StringComparison.OrdinalIgnoreCase) || project.Path.Contains(term, StringComparison.OrdinalIgnoreCase));
        return new([.. found.Take(Rows).Select(project => new PickItem(project.Path, project.Name, project.Path))], found.Count);
    }

    async Task<List<NamedProject>> OfAsync(Actor actor, OrganizationAccess organization, CancellationToken cancellationToken) =>
        [.. (await projects.AccessibleAsync(actor, cancellationToken)).Where(project => project.OrganizationId == organization.Id)
            .Select(project => new NamedProject(project.Path.ToString(), project.ProjectName))];
}
