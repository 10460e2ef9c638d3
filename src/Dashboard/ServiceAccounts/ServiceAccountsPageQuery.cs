using Dashboard.Components;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Keys;

namespace Dashboard.ServiceAccounts;

/// <summary>Reads the data of the service account pages.</summary>
sealed class ServiceAccountsPageQuery(
    ServiceAccountService accounts, ProjectService projects, MemberService members, PermissionCatalog catalog, TimeProvider time)
{
    /// <summary>How many keys of an account its page lists, and how many projects a picker does.</summary>
    const int Rows = 25;

    /// <summary>How many of an account's projects are named on its page. The rest are counted.</summary>
    const int MaxNamed = 10;

    /// <summary>Reads one page of an organization's service accounts.</summary>
    /// <returns>The page, or an error. If the URL uses a former name of the organization, its <see cref="OrganizationAccess.Slug"/>
    /// differs.</returns>
    public async Task<Result<ServiceAccountsPageModel>> ReadAsync(
        Actor actor, ServiceAccountsPageState asked, string term, CancellationToken cancellationToken)
    {
        var organization = await projects.FindOrganizationAsync(actor, asked.Organization, cancellationToken);
        if (organization.Error is { } missing)
        {
            return missing;
        }

        var query = new ServiceAccountQuery(organization.Value.Slug, asked.Cursor, asked.Size, term, asked.State);
        var page = await accounts.ListAsync(actor, query, cancellationToken);
        if (page.Error is { } refused)
        {
            return refused;
        }

        var onePage = asked.Cursor is null && page.Value.NextCursor is null;
        var total = onePage ? page.Value.Items.Count : await accounts.CountAsync(actor, query, cancellationToken);
        var names = (await OfAsync(actor, organization.Value, cancellationToken))
            .ToDictionary(project => project.Path, project => project.Name, StringComparer.Ordinal);
        return total.Error is { } lost ? lost : new ServiceAccountsPageModel(
            asked,
            organization.Value,
            term.Length > 0,
            [.. page.Value.Items.Select(row => ServiceAccountItem.Of(row, names))],
            page.Value.NextCursor,
            total.Value,
            time.GetUtcNow());
    }

    /// <summary>Reads an account and its newest keys.</summary>
    /// <returns>The account, or an error, also if it belongs to another organization.</returns>
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
            [
                .. keys.Value.Select(key => new ServiceAccountKey(
                    KeyItem.Of(key, actor, organization.Value.Role, catalog), Named(key.Project))),
            ],
            time.GetUtcNow());
    }

    /// <summary>Returns the projects that an account has access to.</summary>
    public async Task<IReadOnlyList<NamedProject>> ReachedAsync(
        Actor actor, OrganizationAccess organization, ServiceAccountSummary account, CancellationToken cancellationToken) =>
        (await OfAsync(actor, organization, cancellationToken))
            .FindAll(project => account.Projects?.Contains(project.Path, StringComparer.Ordinal) != false);

    /// <summary>Searches an organization's projects, for a picker.</summary>
    public async Task<PickPage> FindProjectsAsync(
        Actor actor, OrganizationAccess organization, string term, CancellationToken cancellationToken)
    {
        var text = ComparableText.Fold(term);
        var found = (await OfAsync(actor, organization, cancellationToken))
            .FindAll(project => ComparableText.Fold(project.Name).Contains(text, StringComparison.Ordinal)
                || project.Path.Contains(text, StringComparison.Ordinal));
        return new(
            [.. found.OrderBy(project => ComparableText.SortKey(project.Name), StringComparer.Ordinal).Take(Rows)
                .Select(project => new PickItem(project.Path, project.Name, project.Path))],
            found.Count);
    }

    /// <summary>Searches the members who may own a service account, for a picker.</summary>
    public async Task<PickPage> FindMembersAsync(
        Actor actor, OrganizationAccess organization, string term, CancellationToken cancellationToken)
    {
        var found = await members.FindPossibleOwnersAsync(actor, organization.Slug, term, cancellationToken);
        return found.Error is null
            ? new([.. found.Value.Take(Rows).Select(member => new PickItem(member.UserId, member.Name, member.Email))], found.Value.Count)
            : new([], 0);
    }

    async Task<List<NamedProject>> OfAsync(Actor actor, OrganizationAccess organization, CancellationToken cancellationToken) =>
        [.. (await projects.AccessibleAsync(actor, cancellationToken)).Where(project => project.OrganizationId == organization.Id)
            .Select(project => new NamedProject(project.Path.ToString(), project.ProjectName))];
}
