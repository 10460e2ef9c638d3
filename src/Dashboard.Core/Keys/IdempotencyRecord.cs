using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>A request that made a key, remembered for a day so that its repeat makes none.</summary>
public sealed class IdempotencyRecord
{
    /// <summary>How long a repeat is known as one.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    const int MaxKeyLength = 255;

    /// <summary>How many past records go with each new one, so that there are never many and no request waits for a big clean-up.</summary>
    const int ClearedAtOnce = 20;

    /// <summary>Who asked.</summary>
    public required string ActorId { get; init; }

    /// <summary>SHA-256 of the idempotency key that they chose.</summary>
    public required byte[] IdempotencyKeyHash { get; init; }

    /// <summary>SHA-256 of what they asked for: the same however it was written.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The API key that was made.</summary>
    public required string KeyId { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What is wrong with an idempotency key, or null.</summary>
    /// <param name="idempotencyKey">The key; null for none.</param>
    internal static string? Check(string? idempotencyKey) =>
        idempotencyKey is null || (idempotencyKey.Length is > 0 and <= MaxKeyLength && idempotencyKey.All(c => c is >= '!' and <= '~'))
            ? null
            : $"Use 1 to {MaxKeyLength} visible ASCII characters, such as a UUID.";

    /// <summary>What this request leaves behind once it has made <paramref name="keyId"/>.</summary>
    internal static IdempotencyRecord Of(Actor actor, NewKey request, long projectId, string keyId, DateTimeOffset now) => new()
    {
        ActorId = actor.Id,
        IdempotencyKeyHash = HashOf(request.IdempotencyKey!),
        RequestHash = HashOf(string.Join('\n', Canonical(request, projectId))),
        KeyId = keyId,
        CreatedAt = now,
    };

    /// <summary>What to answer when the request is a repeat, or null when it is not, inside a change that holds the project's lock. Past records go.</summary>
    internal static async Task<Error?> FindRepeatAsync(UnitOfWork change, NewKey request, long projectId, CancellationToken cancellationToken)
    {
        if (request.IdempotencyKey is null)
        {
            return null;
        }

        var wanted = Of(change.Actor, request, projectId, "", change.Now);
        var records = change.Context.IdempotencyRecords;
        var past = change.Now - Kept;
        await records.Where(x => x.ActorId == wanted.ActorId && x.IdempotencyKeyHash == wanted.IdempotencyKeyHash && x.CreatedAt <= past)
            .ExecuteDeleteAsync(cancellationToken);
        await records.Where(x => x.CreatedAt <= past).OrderBy(x => x.CreatedAt).Take(ClearedAtOnce).ExecuteDeleteAsync(cancellationToken);
        var found = await records.AsNoTracking()
            .SingleOrDefaultAsync(x => x.ActorId == wanted.ActorId && x.IdempotencyKeyHash == wanted.IdempotencyKeyHash, cancellationToken);
        return found switch
        {
            null => null,
            _ when !found.RequestHash.AsSpan().SequenceEqual(wanted.RequestHash) =>
                new(ErrorCode.Conflict, "This Idempotency-Key was used for another request within a day. Choose another."),
            _ => new(
                ErrorCode.AlreadyCreated,
                $"This request has made the key {found.KeyId} already. Its secret was in that answer only: if that was lost, revoke the key and create another.",
                CreatedId: found.KeyId),
        };
    }

    static IEnumerable<string> Canonical(NewKey request, long projectId) =>
    [
        projectId.ToString(CultureInfo.InvariantCulture),
        request.Name.Trim(),
        request.Environment.ToWireName(),
        InOrder(request.Resources),
        InOrder(request.Permissions),
        request.ExpiresAt?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) ?? "-",
        request.ServiceAccountId ?? (request.AppId is null ? "-" : PartyType.PublishedApp.ToWireName()), // which app is known once it is there
        InOrder(request.AllowedIps),
        request.RequestsPerMinute?.ToString(CultureInfo.InvariantCulture) ?? "-",
    ];

    static string InOrder(IReadOnlyList<string>? words) => words is null ? "-" : string.Join(' ', words.Order(StringComparer.Ordinal));

    static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
