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

/// <summary>The keys that sign access tokens. Which one signs follows from the stored rows and the time, so that every node says the same: the newest whose time has come. A next one is
/// published well before it signs, and an old one stays published until the last token that it signed has expired.</summary>
public sealed partial class SigningKeys(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PublishedKeys published, IDataProtectionProvider protection, OAuthOptions options, TimeProvider time,
    ILogger<SigningKeys> logger)
{
    /// <summary>How long a key signs.</summary>
    public static readonly TimeSpan Signs = TimeSpan.FromDays(90);

    /// <summary>How long a next key is published before it signs: longer than resource servers keep what they have read.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromDays(7);

    /// <summary>By how much clocks may differ.</summary>
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    const int KidLength = 22;

    readonly IDataProtector protector = protection.CreateProtector("Latchkey.OAuth.SigningKeys");
    Signer? last;

    /// <summary>Sees to it that a key can sign now, and that the next one is published in time. Of several nodes at once one does it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var now = UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow());
        if (Due(await published.AllAsync(cancellationToken), now) is null)
        {
            return;
        }

        var next = Mint(); // before the transaction: data protection may have to store a key of its own
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
        published.Forget(); // another node may have been faster, and the feed has not said so yet
    }

    /// <summary>Publishes the next key in time, where there has been one: the first comes when somebody asks for it.</summary>
    internal async Task RotateAsync(CancellationToken cancellationToken)
    {
        if ((await published.AllAsync(cancellationToken)).Count > 0)
        {
            await PrepareAsync(cancellationToken);
        }
    }

    /// <summary>The keys that resource servers need now (RFC 7517 section 5).</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<PublishedKey>> PublishedAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        var now = time.GetUtcNow();
        var all = await published.AllAsync(cancellationToken);
        return [.. all.Where(key => !IsOver(key, all, now))];
    }

    /// <summary>What signs now.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
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

    /// <summary>Whether the last token that a key signed has expired.</summary>
    internal bool IsOver(PublishedKey key, IReadOnlyList<PublishedKey> all, DateTimeOffset now) =>
        all.Where(other => other.SignsFrom > key.SignsFrom).Select(other => other.SignsFrom).DefaultIfEmpty(DateTimeOffset.MaxValue - options.LongestAccess - Skew).Min()
            + options.LongestAccess + Skew <= now;

    /// <summary>When a key has to sign that is not there yet; null where none is needed.</summary>
    static DateTimeOffset? Due(IReadOnlyList<PublishedKey> keys, DateTimeOffset now)
    {
        if (keys.Count == 0 || keys.All(key => key.SignsFrom > now))
        {
            return now;
        }

        var ends = keys[0].SignsFrom + Signs;
        return ends - Lead > now ? null : ends - now > Lead ? ends : now + Lead;
    }

    /// <summary>Reads a key's private part; null where it was protected by what is no longer there.</summary>
    async Task<Signer?> OpenAsync(string kid, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var stored = await context.SigningKeys.AsNoTracking().SingleAsync(key => key.Kid == kid, cancellationToken);
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

    /// <summary>Makes a key in place of one that cannot be opened: it signs at once.</summary>
    async Task<Signer> ReplaceAsync(string lost, CancellationToken cancellationToken)
    {
        var next = Mint();
        var replaced = await changes.RunAsync<string>(
            Actor.System,
            async (change, token) =>
            {
                await change.LockInstallationAsync(token);
                var current = await change.Context.SigningKeys.Where(key => key.SignsFrom <= change.Now).OrderByDescending(key => key.SignsFrom).Select(key => key.Kid).FirstAsync(token);
                return current == lost ? Add(change, next, change.Now) : current;
            },
            cancellationToken);
        return await OpenAsync(replaced.Value, cancellationToken) ?? throw new InvalidOperationException("The key that signs access tokens cannot be opened.");
    }

    /// <summary>Makes a key, its private part protected.</summary>
    (string X, string Y, string Protected) Mint()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        var bytes = ecdsa.ExportPkcs8PrivateKey();
        var kept = Convert.ToBase64String(protector.Protect(bytes));
        CryptographicOperations.ZeroMemory(bytes);
        return (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y), kept);
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
        change.Record(AuditChain.Installation, new(AuditCategory.Tokens, "signing_key.created", new(FeedSubject.SigningKey, key.Kid, key.Kid)));
        return key.Kid;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The key {Kid} that signs access tokens cannot be opened: the keys of data protection that it was protected with are gone. Another takes its place.")]
    partial void LogLost(Exception exception, string kid);
}

/// <summary>What signs access tokens.</summary>
/// <param name="Kid">The key's identifier.</param>
/// <param name="Credentials">The key.</param>
sealed record Signer(string Kid, SigningCredentials Credentials)
{
    /// <summary>Prints the identifier alone.</summary>
    public override string ToString() => Kid;
}
