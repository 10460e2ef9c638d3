using System.Buffers.Text;
using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace Dashboard.Core.Tokens;

/// <summary>A public key that access tokens may be signed with (RFC 7517).</summary>
/// <param name="X">The point's x, base64url.</param>
/// <param name="Y">The point's y, base64url.</param>
/// <param name="CreatedAt">From when on it is published, UTC.</param>
/// <param name="SignsFrom">From when on it signs, UTC.</param>
public sealed record PublishedKey(string Kid, string X, string Y, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom)
{
    ECDsaSecurityKey? key;

    /// <summary>The key for verification.</summary>
    internal ECDsaSecurityKey Key => key ??= new(ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new() { X = Base64Url.DecodeFromChars(X), Y = Base64Url.DecodeFromChars(Y) },
    }))
    {
        KeyId = Kid,
    };
}

/// <summary>The public keys of every node, held in memory and read again when the change feed says that there is another.</summary>
public sealed class PublishedKeys : IDisposable
{
    readonly IDbContextFactory<DashboardContext> contexts;
    readonly ChangeFeed feed;
    readonly IDisposable subscription;
    readonly Lock gate = new();
    IReadOnlyList<PublishedKey>? known;
    long changes;

    /// <summary>Begins empty.</summary>
    public PublishedKeys(IDbContextFactory<DashboardContext> contexts, ChangeFeed feed)
    {
        (this.contexts, this.feed) = (contexts, feed);
        subscription = feed.Subscribe(
            entry =>
            {
                if (entry.SubjectType == FeedSubject.SigningKey)
                {
                    Forget();
                }
            },
            Forget);
    }

    /// <summary>Every key that is stored, the newest first.</summary>
    public async ValueTask<IReadOnlyList<PublishedKey>> AllAsync(CancellationToken cancellationToken)
    {
        long began;
        lock (gate)
        {
            if (known is not null)
            {
                return known;
            }

            began = changes;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await context.SigningKeys.AsNoTracking().OrderByDescending(key => key.SignsFrom).ThenBy(key => key.Kid)
            .Select(key => new PublishedKey(key.Kid, key.X, key.Y, key.CreatedAt, key.SignsFrom)).ToListAsync(cancellationToken);
        lock (gate)
        {
            if (began == changes)
            {
                known = rows;
            }
        }

        return rows;
    }

    /// <summary>Finds a key. One that is not known may have been made elsewhere a moment ago: then the feed is read first, which all who wait share.</summary>
    internal async ValueTask<PublishedKey?> FindAsync(string kid, CancellationToken cancellationToken)
    {
        if (Find(await AllAsync(cancellationToken), kid) is { } key)
        {
            return key;
        }

        return await feed.CatchUpAsync(cancellationToken) ? Find(await AllAsync(cancellationToken), kid) : throw new TimeoutException("The change feed could not be read.");
    }

    /// <inheritdoc />
    public void Dispose() => subscription.Dispose();

    static PublishedKey? Find(IReadOnlyList<PublishedKey> keys, string kid) => keys.FirstOrDefault(key => key.Kid == kid);

    /// <summary>Reads them again when they are next asked for.</summary>
    internal void Forget()
    {
        lock (gate)
        {
            changes++;
            known = null;
        }
    }
}
