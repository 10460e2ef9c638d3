using System.Text;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>Finds OAuth clients, wherever they come from.</summary>
public sealed class OAuthClients(IDbContextFactory<DashboardContext> contexts)
{
    const int MaxIdLength = 64;

    /// <summary>Finds a client by its identifier.</summary>
    public async Task<OAuthClient?> FindAsync(string clientId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return (await ReadAsync(context, clientId, cancellationToken))?.Client;
    }

    /// <summary>What clients are called, by their identifiers.</summary>
    internal static async Task<Dictionary<string, OAuthClient>> ReadManyAsync(
        DashboardContext context, IReadOnlyCollection<string> clientIds, CancellationToken cancellationToken)
    {
        var rows = await context.RegisteredClients.AsNoTracking().Where(client => clientIds.Contains(client.ClientId))
            .ToListAsync(cancellationToken);
        return rows.Select(ToClient).Append(OAuthClient.CommandLine).ToDictionary(client => client.ClientId, StringComparer.Ordinal);
    }

    /// <summary>A client with the hashes of its secrets.</summary>
    internal static async Task<StoredClient?> ReadAsync(DashboardContext context, string clientId, CancellationToken cancellationToken)
    {
        if (clientId == OAuthClient.CommandLineId)
        {
            return new(OAuthClient.CommandLine, [], IsStable: true);
        }

        clientId = ClientAddresses.IsOne(clientId) ? ClientAddresses.ToStored(clientId)
            : ClientAddresses.IsStored(clientId) ? "" : clientId;
        if (clientId.Length > MaxIdLength || !Ascii.IsValid(clientId) || !StorableText.IsStorable(clientId))
        {
            return null;
        }

        if (!clientId.StartsWith(ServiceAccount.ClientIdPrefix, StringComparison.Ordinal))
        {
            return await context.RegisteredClients.AsNoTracking()
                .SingleOrDefaultAsync(client => client.ClientId == clientId, cancellationToken) is { } row
                ? new(ToClient(row), row.SecretHash is { } own ? [new(null, own)] : [], IsStable: row.ApprovedAt is not null
                    && !ClientAddresses.IsStored(row.ClientId))
                : null;
        }

        var credentials = await (
            from credential in context.ServiceAccountCredentials
            where credential.ClientId == clientId && credential.RevokedAt == null
            join account in context.ServiceAccounts on credential.ServiceAccountId equals account.Id
            where account.DeletedAt == null && account.State == ServiceAccountState.Active
            join organization in context.Organizations on account.OrganizationId equals organization.Id
            select new { Account = account, Organization = organization.Slug, SecretId = credential.Id, credential.SecretHash })
            .AsNoTracking().ToListAsync(cancellationToken);
        if (credentials.Count == 0)
        {
            return null;
        }

        var (owner, slug) = (credentials[0].Account, credentials[0].Organization);
        return new(
            new(clientId, owner.Name, ClientKind.ServiceAccount, IsPublic: false, [GrantTypes.ClientCredentials], [], [], owner.Id)
            {
                Account = new(owner.OrganizationId, slug, owner.Permissions.Split(' '), owner.TokenGeneration),
            },
            [.. credentials.Select(x => new StoredSecret(x.SecretId, x.SecretHash))], IsStable: true);
    }

    static OAuthClient ToClient(RegisteredClient row) => new(
        row.ClientId, row.Name, ClientAddresses.IsStored(row.ClientId) ? ClientKind.Described
            : ClientKind.Registered, row.SecretHash is null, Split(row.GrantTypes, ' '),
        Split(row.Scope, ' '), Split(row.RedirectUris, '\n'), null, row.CreatedAt, Url: ClientAddresses.IsStored(row.ClientId)
            ? row.ClientUri : null);

    static string[] Split(string text, char by) => text.Split(by, StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A client with the secrets that it may show.</summary>
/// <param name="IsStable">Whether it changes only together with an entry of the change feed.</param>
sealed record StoredClient(OAuthClient Client, IReadOnlyList<StoredSecret> Secrets, bool IsStable);

/// <summary>A secret that a client may show, with its identifier where it has one.</summary>
sealed record StoredSecret(string? Id, byte[] Hash);
