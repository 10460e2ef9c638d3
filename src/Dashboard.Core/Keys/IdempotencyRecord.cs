using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>A request that created a key, stored for 24 hours so that a repetition creates no other.</summary>
public sealed class IdempotencyRecord
{
    /// <summary>How long a request is stored.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    const int MaxKeyLength = 255;

    /// <summary>The number of expired records that are deleted with each new one, so that they never accumulate and no request waits for a
    /// large cleanup.</summary>
    const int ClearedAtOnce = 20;

    /// <summary>The caller.</summary>
    public required string ActorId { get; init; }

    /// <summary>The SHA-256 hash of the idempotency key.</summary>
    public required byte[] IdempotencyKeyHash { get; init; }

    /// <summary>The SHA-256 hash of the canonical form of the request.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The API key that was created.</summary>
    public required string KeyId { get; init; }

    /// <summary>When the request was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Validates an idempotency key. Returns an error message, or null if it is valid.</summary>
    /// <param name="idempotencyKey">The idempotency key; null for none.</param>
    internal static string? Check(string? idempotencyKey) =>
        idempotencyKey is null || (idempotencyKey.Length is > 0 and <= MaxKeyLength && idempotencyKey.All(c => c is >= '!' and <= '~'))
            ? null
            : $"Use 1 to {MaxKeyLength} visible ASCII characters, such as a UUID.";

    /// <summary>Creates the record of a request that created <paramref name="keyId"/>.</summary>
    internal static IdempotencyRecord Of(Actor actor, NewKey request, long projectId, string keyId, DateTimeOffset now) => new()
    {
        ActorId = actor.Id,
        IdempotencyKeyHash = HashOf(request.IdempotencyKey!),
        RequestHash = HashOf(string.Join('\n', Canonical(request, projectId))),
        KeyId = keyId,
        CreatedAt = now,
    };

    /// <summary>Returns the response to a repeated request, or null if it is not one, and deletes expired records. Requires the lock of the
    /// project.</summary>
    internal static async Task<Error?> FindRepeatAsync(
        UnitOfWork change, NewKey request, long projectId, CancellationToken cancellationToken)
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
                new(ErrorCode.Conflict, "This Idempotency-Key was used for a different request within the last 24 hours. Use a new one."),
            _ => new(
                ErrorCode.AlreadyCreated,
                $"This request already created the key {found.KeyId}. Its secret was returned only then. If you lost it, revoke the key and create another.",
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
        // the identifier of the app is not known before it is created
        request.ServiceAccountId ?? (request.AppId is null ? "-" : PartyType.PublishedApp.ToWireName()),
        InOrder(request.AllowedIps),
        request.RequestsPerMinute?.ToString(CultureInfo.InvariantCulture) ?? "-",
        .. KeyRules.NoteOf(request.Note) is { } note ? [note] : Array.Empty<string>(), // without one as before there were notes
    ];

    static string InOrder(IReadOnlyList<string>? words) => words is null ? "-" : string.Join(' ', words.Order(StringComparer.Ordinal));

    static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
