using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.ServiceAccounts;

/// <content>The client secrets of an account. Two can be active at a time, so that one can be replaced without an outage.</content>
public sealed partial class ServiceAccountService
{
    static readonly Error TwoSecrets = new(
        ErrorCode.Conflict,
        $"This service account has {ServiceAccountCredential.MaxActive} client secrets, which is the limit. Revoke one, then add another.");

    /// <summary>Adds a client secret to an account. Existing secrets stay valid. The secret exists only in the result.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>The secret; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>, or <see cref="ErrorCode.Conflict"/> if
    /// the account has reached its limit.</returns>
    public Task<Result<IssuedClientSecret>> AddSecretAsync(
        Actor actor, string id, CancellationToken cancellationToken) => changes.RunAsync<IssuedClientSecret>(
        actor,
        async (change, token) =>
        {
            var found = await FindLockedAsync(change, id, token);
            if (found.Error is { } missing)
            {
                return missing;
            }

            var account = found.Value;
            if (await LiveSecrets(change.Context, [id]).CountAsync(token) >= ServiceAccountCredential.MaxActive)
            {
                return TwoSecrets;
            }

            var secret = ClientSecret.Mint();
            var credential = CredentialOf(account, secret, change.Now);
            change.Context.Add(credential);
            Record(change, account, "service_account.secret_added", new() { ["secret_id"] = credential.Id });
            await change.Context.SaveChangesAsync(token);
            var row = await ReadAsync(change.Context, id, token);
            return new IssuedClientSecret(row.Value, new(credential.Id, credential.Hint, credential.CreatedAt, null), secret);
        },
        cancellationToken);

    /// <summary>Revokes a client secret permanently, even if it is the last one.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>The changed account; or <see cref="ErrorCode.NotFound"/> or <see cref="ErrorCode.Forbidden"/>.</returns>
    public Task<Result<ServiceAccountSummary>> RemoveSecretAsync(
        Actor actor, string id, string secretId, CancellationToken cancellationToken) =>
        changes.RunAsync<ServiceAccountSummary>(
            actor,
            async (change, token) =>
            {
                var found = await FindLockedAsync(change, id, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var credential = !ServiceAccountCredential.IsId(secretId)
                    ? null
                    : await LiveSecrets(change.Context, [id]).AsTracking().SingleOrDefaultAsync(x => x.Id == secretId, token);
                if (credential is null)
                {
                    return Error.NotFound;
                }

                credential.RevokedAt = change.Now;
                Record(change, found.Value, "service_account.secret_removed", new() { ["secret_id"] = credential.Id });
                await change.Context.SaveChangesAsync(token);
                return await ReadAsync(change.Context, id, token);
            },
            cancellationToken);

    static IQueryable<ServiceAccountCredential> LiveSecrets(DashboardContext context, List<string> accounts) =>
        context.ServiceAccountCredentials.AsNoTracking().Where(x => accounts.Contains(x.ServiceAccountId) && x.RevokedAt == null);

    static ServiceAccountCredential CredentialOf(ServiceAccount account, ClientSecret secret, DateTimeOffset now) => new()
    {
        Id = ServiceAccountCredential.IdPrefix + Base62.Random(IdLength),
        ClientId = account.ClientId,
        ServiceAccountId = account.Id,
        SecretHash = secret.Hash,
        Hint = secret.Hint,
        CreatedAt = now,
    };

    /// <summary>Reads the number of unrevoked keys of each account, its active secrets, and when a key or secret was last used.</summary>
    static async Task<Dictionary<string, (
        int Keys, IReadOnlyList<ClientSecretSummary> Secrets, DateTimeOffset? LastUsedAt)>> CredentialsAsync(
        DashboardContext context, List<string> accounts, CancellationToken cancellationToken)
    {
        if (accounts.Count == 0)
        {
            return [];
        }

        var keys = (await context.Keys.Where(key => key.OwnerType == PartyType.ServiceAccount && accounts.Contains(key.OwnerId))
            .GroupBy(key => key.OwnerId)
            .Select(own =>
                new { Id = own.Key, Count = own.Count(key => key.State != KeyState.Revoked), LastUsedAt = own.Max(key => key.LastUsedAt) })
            .ToListAsync(cancellationToken)).ToDictionary(own => own.Id, StringComparer.Ordinal);
        var secrets = (await LiveSecrets(context, accounts).OrderByDescending(x => x.CreatedAt).ThenBy(x => x.Id)
            .Select(x => new { x.ServiceAccountId, Row = new ClientSecretSummary(x.Id, x.Hint, x.CreatedAt, x.LastUsedAt) })
            .ToListAsync(cancellationToken)).ToLookup(x => x.ServiceAccountId, x => x.Row, StringComparer.Ordinal);
        return accounts.ToDictionary(
            id => id,
            id =>
            {
                IReadOnlyList<ClientSecretSummary> own = [.. secrets[id]];
                var key = keys.GetValueOrDefault(id);
                return (key?.Count ?? 0, own, own.Select(secret => secret.LastUsedAt).Append(key?.LastUsedAt).Max());
            },
            StringComparer.Ordinal);
    }
}
