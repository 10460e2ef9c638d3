using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Core.Accounts;

/// <summary>Verifies passwords with limited concurrency. A hash takes a tenth of a second of processor time, and a flood of sign-ins must
/// not starve key verification: at most half of the processors hash, and <see cref="PasswordQueue"/> decides who is next.</summary>
public sealed class PasswordCheck(IPasswordHasher<DashboardUser> hasher, TimeProvider time)
{
    static readonly DashboardUser Nobody = new();

    static readonly Error Busy = new(
        ErrorCode.RateLimited, "A lot of people are signing in right now. Try again in a few seconds.",
        RetryAfter: TimeSpan.FromSeconds(5));

    /// <summary>Verified if there is no account, so that the response takes as long as if there were one.</summary>
    readonly string nobodysHash = hasher.HashPassword(Nobody, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    readonly PasswordQueue queue = new(AtOnce, time);

    /// <summary>The number of concurrent hashes.</summary>
    public static int AtOnce { get; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Hashes a password for storage.</summary>
    /// <param name="password">The password as entered.</param>
    public string Hash(DashboardUser person, string password) => hasher.HashPassword(person, password);

    /// <summary>Hashes a new password in turn, for a person who is not signed in.</summary>
    /// <param name="password">The password as entered.</param>
    /// <param name="lane">Where the attempt waits.</param>
    /// <returns>The hash; or <see cref="ErrorCode.RateLimited"/>.</returns>
    public async Task<Result<string>> HashAsync(string password, PasswordLane lane, CancellationToken cancellationToken)
    {
        if (!await queue.EnterAsync(lane, cancellationToken))
        {
            return Busy;
        }

        try
        {
            return hasher.HashPassword(Nobody, password);
        }
        finally
        {
            queue.Leave(lane, failed: false);
        }
    }

    /// <summary>Verifies a password. It takes the same time if there is no account or the account has no password.</summary>
    /// <param name="person">The person, or null.</param>
    /// <param name="password">The password as entered.</param>
    /// <param name="lane">Where the attempt waits.</param>
    /// <returns>Whether the password is correct and its hash is up to date; or <see cref="ErrorCode.RateLimited"/>.</returns>
    public async Task<Result<PasswordVerificationResult>> VerifyAsync(
        DashboardUser? person, string password, PasswordLane lane, CancellationToken cancellationToken)
    {
        if (!await queue.EnterAsync(lane, cancellationToken))
        {
            return Busy;
        }

        var failed = false;
        try
        {
            var result = hasher.VerifyHashedPassword(person ?? Nobody, person?.PasswordHash ?? nobodysHash, password);
            failed = person?.PasswordHash is null || result == PasswordVerificationResult.Failed;
            return failed ? PasswordVerificationResult.Failed : result;
        }
        finally
        {
            queue.Leave(lane, failed);
        }
    }

    /// <summary>Hashes texts that are shorter than a password, such as recovery codes, in one turn.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="salt">The salt of all of them.</param>
    /// <param name="iterations">The iterations of PBKDF2-HMAC-SHA512.</param>
    /// <param name="lane">Where the attempt waits.</param>
    /// <returns>The hashes, 32 bytes each; or <see cref="ErrorCode.RateLimited"/>.</returns>
    internal async Task<Result<byte[][]>> DeriveAsync(
        string[] texts, byte[] salt, int iterations, PasswordLane lane, CancellationToken cancellationToken)
    {
        if (!await queue.EnterAsync(lane, cancellationToken))
        {
            return Busy;
        }

        try
        {
            // Several take a second, which an open page must not wait for.
            return await Task.Run(
                () => Array.ConvertAll(
                    texts, text => Rfc2898DeriveBytes.Pbkdf2(
                        Encoding.UTF8.GetBytes(text), salt, iterations, HashAlgorithmName.SHA512, KeyHash.Length)),
                cancellationToken);
        }
        finally
        {
            queue.Leave(lane, failed: false);
        }
    }
}
