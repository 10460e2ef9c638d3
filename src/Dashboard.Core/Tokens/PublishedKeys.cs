using System.Buffers.Text;
using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace Dashboard.Core.Tokens;

/// <summary>A public key of the installation, which verifies access tokens (RFC 7517).</summary>
/// <param name="X">The x coordinate, base64url.</param>
/// <param name="Y">The y coordinate, base64url.</param>
/// <param name="CreatedAt">When it is published, UTC.</param>
/// <param name="SignsFrom">When it starts to sign, UTC.</param>
public sealed record PublishedKey(string Kid, string X, string Y, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom)
{
    ECDsaSecurityKey? key;
    volatile bool gone;

    /// <summary>Whether it may have been retired since it was read. Tokens that it signed have to be checked again.</summary>
    internal bool IsGone => gone;

    /// <summary>The key in the form that verification needs.</summary>
    internal ECDsaSecurityKey Key => key ??= new(ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new() { X = Base64Url.DecodeFromChars(X), Y = Base64Url.DecodeFromChars(Y) },
    }))
    {
        KeyId = Kid,
    };

    /// <summary>Marks it as retired.</summary>
    internal void Leave() => gone = true;
}

/// <summary>The public keys of all nodes, cached in memory and read again when the change feed reports a key. One that is read again stays
/// the same object, so that the tokens which it signed are not checked again for the sake of another key.</summary>
public sealed class PublishedKeys : IDisposable
{
    readonly IDbContextFactory<DashboardContext> contexts;
    readonly ChangeFeed feed;
    readonly IDisposable subscription;
    readonly Lock gate = new();
    readonly Dictionary<string, PublishedKey> known = new(StringComparer.Ordinal);
    IReadOnlyList<PublishedKey>? cached;
    long currentVersion;

    /// <summary>Creates an empty cache.</summary>
    public PublishedKeys(IDbContextFactory<DashboardContext> contexts, ChangeFeed feed)
    {
        (this.contexts, this.feed) = (contexts, feed);
        subscription = feed.Subscribe(
            entry =>
            {
                if (entry.SubjectType == FeedSubject.SigningKey)
                {
                    Forget(entry.SubjectId);
                }
            },
            ForgetAll);
    }

    /// <summary>Returns all stored keys, newest first.</summary>
    public async ValueTask<IReadOnlyList<PublishedKey>> AllAsync(CancellationToken cancellationToken)
    {
        long version;
        lock (gate)
        {
            if (cached is not null)
            {
                return cached;
            }

            version = currentVersion;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await context.SigningKeys.AsNoTracking().OrderByDescending(key => key.SignsFrom).ThenBy(key => key.Kid)
            .Select(key => new PublishedKey(key.Kid, key.X, key.Y, key.CreatedAt, key.SignsFrom)).ToListAsync(cancellationToken);
        lock (gate)
        {
            if (version != currentVersion)
            {
                rows.ForEach(key => key.Leave()); // they serve this caller only
                return rows;
            }

            foreach (var gone in known.Keys.Except(rows.Select(key => key.Kid), StringComparer.Ordinal).ToList())
            {
                Leave(gone);
            }

            return cached = rows.ConvertAll(key => known.TryGetValue(key.Kid, out var same) ? same : known[key.Kid] = key);
        }
    }

    /// <summary>Finds a key. An unknown key may have been created on another node a moment ago, so the change feed is read first.
    /// Concurrent callers share that read.</summary>
    internal async ValueTask<PublishedKey?> FindAsync(string kid, CancellationToken cancellationToken)
    {
        if (Find(await AllAsync(cancellationToken), kid) is { } key)
        {
            return key;
        }

        return await feed.CatchUpAsync(cancellationToken) ? Find(await AllAsync(cancellationToken), kid)
            : throw new TimeoutException("The change feed could not be read.");
    }

    /// <inheritdoc />
    public void Dispose() => subscription.Dispose();

    static PublishedKey? Find(IReadOnlyList<PublishedKey> keys, string kid) => keys.FirstOrDefault(key => key.Kid == kid);

    /// <summary>Lets the next call read the keys again.</summary>
    internal void Forget()
    {
        lock (gate)
        {
            currentVersion++;
            cached = null;
        }
    }

    /// <summary>What happens to a key that is known is that it retires: nothing else changes it.</summary>
    void Forget(string kid)
    {
        lock (gate)
        {
            Leave(kid);
            Forget();
        }
    }

    void ForgetAll()
    {
        lock (gate)
        {
            known.Keys.ToList().ForEach(Leave);
            Forget();
        }
    }

    void Leave(string kid)
    {
        if (known.Remove(kid, out var key))
        {
            key.Leave();
        }
    }
}
