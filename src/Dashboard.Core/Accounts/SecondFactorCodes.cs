using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Accounts;

/// <summary>A code as entered: of an authenticator app, or a recovery code that has been hashed.</summary>
sealed record EnteredCode(string? Digits, byte[]? RecoveryHash)
{
    public static EnteredCode Unknown { get; } = new(null, null);

    public override string ToString() => "code";
}

/// <summary>Makes and checks the codes of authenticator apps and recovery codes. Each counts once.</summary>
public sealed class SecondFactorCodes(
    IDbContextFactory<DashboardContext> contexts, IDataProtectionProvider protection, PasswordCheck passwords,
    IOptions<PasswordHasherOptions> hasher)
{
    /// <summary>The number of recovery codes of a person.</summary>
    public const int RecoveryCodeCount = 10;

    /// <summary>The method that a code of an authenticator app is recorded as.</summary>
    internal const string AuthenticatorMethod = "authenticator";

    /// <summary>The method that a recovery code is recorded as.</summary>
    internal const string RecoveryMethod = "recovery_code";

    /// <summary>Digits and letters that nobody confuses. Ten of them are 49 bits, and the hash is a slow one.</summary>
    const string Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

    const int CodeLength = 10;
    const int SaltLength = 16;
    const int MaxEntered = 100;

    readonly IDataProtector protector = protection.CreateProtector("Latchkey.Authenticator");

    /// <summary>Encrypts the secret of an authenticator app for storage.</summary>
    internal byte[] Protect(byte[] secret) => protector.Protect(secret);

    /// <summary>Reads a code as entered. Hashes it if it has the form of a recovery code, so this happens before the transaction.</summary>
    /// <returns>The code, which may be wrong; or <see cref="ErrorCode.RateLimited"/> if too many people wait for a hash.</returns>
    internal async Task<Result<EnteredCode>> ReadAsync(string userId, string code, PasswordLane lane, CancellationToken cancellationToken)
    {
        if (code.Length > MaxEntered)
        {
            return EnteredCode.Unknown;
        }

        var text = string.Concat(code.Where(c => !char.IsWhiteSpace(c) && c != '-')).ToUpperInvariant();
        if (text.Length == TimeCodes.Digits && text.All(char.IsAsciiDigit))
        {
            return new EnteredCode(text, null);
        }

        if (text.Length != CodeLength || text.Any(c => !Alphabet.Contains(c, StringComparison.Ordinal)))
        {
            return EnteredCode.Unknown;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var known = await context.RecoveryCodes.Where(x => x.UserId == userId).Select(x => new { x.Salt, x.Iterations })
            .FirstOrDefaultAsync(cancellationToken);
        if (known is null)
        {
            return EnteredCode.Unknown;
        }

        var hashes = await passwords.DeriveAsync([text], known.Salt, known.Iterations, lane, cancellationToken);
        return hashes.Map(x => new EnteredCode(null, x[0]));
    }

    /// <summary>Uses up a code within a unit of work.</summary>
    /// <returns>What kind of code it was; null if it is wrong or was used before.</returns>
    internal async Task<string?> TakeAsync(UnitOfWork change, string userId, EnteredCode entered, CancellationToken cancellationToken)
    {
        if (entered.RecoveryHash is { } hash)
        {
            return await change.Context.RecoveryCodes.Where(x => x.UserId == userId && x.Hash == hash)
                .ExecuteDeleteAsync(cancellationToken) == 1 ? RecoveryMethod : null;
        }

        if (entered.Digits is not { } digits
            || await change.Context.Authenticators.AsNoTracking()
                .SingleOrDefaultAsync(x => x.UserId == userId, cancellationToken) is not { } app
            || TimeCodes.Match(protector.Unprotect(app.ProtectedSecret), digits, change.Now, app.LastStep) is not { } step)
        {
            return null;
        }

        var used = await change.Context.Authenticators.Where(x => x.UserId == userId && x.LastStep < step)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.LastStep, step), cancellationToken);
        return used == 1 ? AuthenticatorMethod : null;
    }

    /// <summary>Makes recovery codes. Hashing them takes a second, so this happens before the transaction that stores them.</summary>
    /// <returns>The codes and their rows; or <see cref="ErrorCode.RateLimited"/> if too many people wait for a hash.</returns>
    internal async Task<Result<(NewRecoveryCodes Codes, IReadOnlyList<RecoveryCode> Rows)>> MakeAsync(
        Actor actor, CancellationToken cancellationToken)
    {
        string[] codes;
        do
        {
            codes = [.. Enumerable.Range(0, RecoveryCodeCount).Select(_ => RandomNumberGenerator.GetString(Alphabet, CodeLength))];
        }
        while (codes.Distinct(StringComparer.Ordinal).Count() < codes.Length);

        var (salt, iterations) = (RandomNumberGenerator.GetBytes(SaltLength), hasher.Value.IterationCount);
        var hashes = await passwords.DeriveAsync(codes, salt, iterations, PasswordLane.OfSession(actor), cancellationToken);
        return hashes.Map<(NewRecoveryCodes, IReadOnlyList<RecoveryCode>)>(all => (
            new([.. codes.Select(code => $"{code[..(CodeLength / 2)]}-{code[(CodeLength / 2)..]}")]),
            [.. all.Select(hash => new RecoveryCode { UserId = actor.Id, Hash = hash, Salt = salt, Iterations = iterations })]));
    }
}
