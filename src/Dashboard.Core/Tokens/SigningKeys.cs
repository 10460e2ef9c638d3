using System.Buffers.Text;
using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Dashboard.Core.Tokens;

/// <summary>Manages the keys that sign access tokens. The stored rows and the time determine which key signs, so that all nodes agree: the
/// newest key whose start has passed. The next key is published well before it signs, and an old key stays published until the last token
/// that it signed has expired.</summary>
public sealed partial class SigningKeys(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PublishedKeys published,
    IDataProtectionProvider protection, OAuthOptions options, TimeProvider time,
    ILogger<SigningKeys> logger)
{
    /// <summary>How long a key signs.</summary>
    public static readonly TimeSpan Signs = TimeSpan.FromDays(90);

    /// <summary>How long the next key is published before it signs. Longer than resource servers cache the keys.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromDays(7);

    /// <summary>The maximum difference between clocks.</summary>
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    const int KidLength = 22;

    readonly IDataProtector protector = protection.CreateProtector("Latchkey.OAuth.SigningKeys");
    Signer? last;

    /// <summary>Ensures that there is a key that signs now and that the next key is published in time. Of concurrent nodes, one creates the
    /// key.</summary>
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var now = UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow());
        if (Due(await published.AllAsync(cancellationToken), now) is null)
        {
            return;
        }

        var next = Mint(); // before the transaction, because data protection may have to store a key
        await changes.RunAsync<Unit>(
            Actor.System,
            async (change, token) =>
            {
                await change.LockInstallationAsync(token);
                var keys = await change.Context.SigningKeys.AsNoTracking().OrderByDescending(key => key.SignsFrom)
                    .Select(key => new PublishedKey(key.Kid, key.X, key.Y, key.CreatedAt, key.SignsFrom)).ToListAsync(token);
                if (Due(keys, change.Now) is { } from)
                {
                    Add(change, next, from);
                }

                return default(Unit);
            },
            cancellationToken);
        published.Forget(); // another node may have created it, and the feed has not reported it yet
    }

    /// <summary>Publishes the next key in time, if there is a first key, which is created on demand.</summary>
    internal async Task RotateAsync(CancellationToken cancellationToken)
    {
        if ((await published.AllAsync(cancellationToken)).Count > 0)
        {
            await PrepareAsync(cancellationToken);
        }
    }

    /// <summary>Retires all keys and creates one that signs immediately. Every access token that was issued before is refused: at once
    /// here, and by other nodes as soon as they have read the change feed.</summary>
    /// <returns>The identifiers of the retired keys, and that of the new one.</returns>
    public async Task<(IReadOnlyList<string> Retired, string Created)> RetireAllAsync(CancellationToken cancellationToken)
    {
        var next = Mint();
        var outcome = await changes.RunAsync<(IReadOnlyList<string> Retired, string Created)>(
            Actor.System,
            async (change, token) =>
            {
                await change.LockInstallationAsync(token);
                var keys = await change.Context.SigningKeys.OrderBy(key => key.SignsFrom).ToListAsync(token);
                change.Context.RemoveRange(keys);
                foreach (var key in keys)
                {
                    change.Record(AuditChain.Installation,
                        new(AuditCategory.Tokens, "signing_key.retired", new(FeedSubject.SigningKey, key.Kid, key.Kid)));
                }

                var created = Add(change, next, change.Now);
                return Result.Of<(IReadOnlyList<string> Retired, string Created)>(([.. keys.Select(key => key.Kid)], created));
            },
            cancellationToken);
        return outcome.Value;
    }

    /// <summary>Returns the keys that resource servers need now (RFC 7517 section 5).</summary>
    public async Task<IReadOnlyList<PublishedKey>> PublishedAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        var now = time.GetUtcNow();
        var all = await published.AllAsync(cancellationToken);
        return [.. all.Where(key => !IsOver(key, all, now))];
    }

    /// <summary>Returns the key that signs now.</summary>
    internal async Task<Signer> CurrentAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        var now = time.GetUtcNow();
        var current = (await published.AllAsync(cancellationToken)).First(key => key.SignsFrom <= now);
        if (Volatile.Read(ref last) is { } same && same.Kid == current.Kid)
        {
            return same;
        }

        var signer = await OpenAsync(current.Kid, cancellationToken) ?? await ReplaceAsync(current.Kid, cancellationToken);
        Volatile.Write(ref last, signer);
        return signer;
    }

    /// <summary>Returns whether the last token that a key signed has expired.</summary>
    internal bool IsOver(PublishedKey key, IReadOnlyList<PublishedKey> all, DateTimeOffset now) =>
        all.Where(other => other.SignsFrom > key.SignsFrom).Select(other => other.SignsFrom)
            .DefaultIfEmpty(DateTimeOffset.MaxValue - options.LongestAccess - Skew).Min()
            + options.LongestAccess + Skew <= now;

    /// <summary>Returns when the next key must start to sign, or null if none is needed yet.</summary>
    static DateTimeOffset? Due(IReadOnlyList<PublishedKey> keys, DateTimeOffset now)
    {
        if (keys.Count == 0 || keys.All(key => key.SignsFrom > now))
        {
            return now;
        }

        var ends = keys[0].SignsFrom + Signs;
        return ends - Lead > now ? null : ends - now > Lead ? ends : now + Lead;
    }

    /// <summary>Reads the private key, or returns null if it has been retired or the data protection key that encrypted it no longer
    /// exists.</summary>
    async Task<Signer?> OpenAsync(string kid, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await context.SigningKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Kid == kid, cancellationToken) is not { } stored)
        {
            return null;
        }

        try
        {
            var bytes = protector.Unprotect(Convert.FromBase64String(stored.ProtectedKey));
            var ecdsa = ECDsa.Create();
            ecdsa.ImportPkcs8PrivateKey(bytes, out _);
            CryptographicOperations.ZeroMemory(bytes);
            return new(kid, new(new ECDsaSecurityKey(ecdsa) { KeyId = kid }, SecurityAlgorithms.EcdsaSha256));
        }
        catch (CryptographicException exception)
        {
            LogLost(exception, kid);
            return null;
        }
    }

    /// <summary>Creates a key to replace one that cannot be decrypted. It signs immediately.</summary>
    async Task<Signer> ReplaceAsync(string lost, CancellationToken cancellationToken)
    {
        var next = Mint();
        var replaced = await changes.RunAsync<string>(
            Actor.System,
            async (change, token) =>
            {
                await change.LockInstallationAsync(token);
                var current = await change.Context.SigningKeys.Where(key => key.SignsFrom <= change.Now)
                    .OrderByDescending(key => key.SignsFrom).Select(key => key.Kid).FirstAsync(token);
                return current == lost ? Add(change, next, change.Now) : current;
            },
            cancellationToken);
        return await OpenAsync(replaced.Value, cancellationToken)
            ?? throw new InvalidOperationException("The key that signs access tokens cannot be decrypted.");
    }

    /// <summary>Creates a key with an encrypted private key.</summary>
    (string X, string Y, string Protected) Mint()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        var bytes = ecdsa.ExportPkcs8PrivateKey();
        var protectedKey = Convert.ToBase64String(protector.Protect(bytes));
        CryptographicOperations.ZeroMemory(bytes);
        return (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y), protectedKey);
    }

    static string Add(UnitOfWork change, (string X, string Y, string Protected) minted, DateTimeOffset signsFrom)
    {
        var key = new SigningKey
        {
            Kid = Base62.Random(KidLength),
            X = minted.X,
            Y = minted.Y,
            ProtectedKey = minted.Protected,
            CreatedAt = change.Now,
            SignsFrom = signsFrom,
        };
        change.Context.Add(key);
        change.Record(
            AuditChain.Installation, new(AuditCategory.Tokens, "signing_key.created", new(FeedSubject.SigningKey, key.Kid, key.Kid)));
        return key.Kid;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The key {Kid} that signs access tokens cannot be decrypted because its data protection key is missing. A new key replaces it.")]
    partial void LogLost(Exception exception, string kid);
}

/// <summary>The key that signs access tokens.</summary>
/// <param name="Kid">The key identifier.</param>
sealed record Signer(string Kid, SigningCredentials Credentials)
{
    /// <summary>Returns the key identifier only.</summary>
    public override string ToString() => Kid;
}
