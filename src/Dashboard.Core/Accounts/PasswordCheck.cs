using System.Security.Cryptography;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Core.Accounts;

/// <summary>Verifies passwords with limited concurrency. A hash takes a tenth of a second of processor time, and a flood of sign-ins must
/// not starve key verification: at most half of the processors hash, and <see cref="PasswordQueue"/> decides who is next.</summary>
public sealed class PasswordCheck(IPasswordHasher<DashboardUser> hasher, TimeProvider time)
{
    static readonly DashboardUser Nobody = new();

    /// <summary>Verified if there is no account, so that the response takes as long as if there were one.</summary>
    readonly string nobodysHash = hasher.HashPassword(Nobody, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    readonly PasswordQueue queue = new(AtOnce, time);

    /// <summary>The number of concurrent hashes.</summary>
    public static int AtOnce { get; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Hashes a password for storage.</summary>
    /// <param name="password">The password as entered.</param>
    public string Hash(DashboardUser person, string password) => hasher.HashPassword(person, password);

    /// <summary>Hashes a password for storage, in its turn.</summary>
    /// <param name="password">The password as entered.</param>
    /// <param name="lane">Where it waits.</param>
    /// <returns>The hash; or <see cref="ErrorCode.RateLimited"/>.</returns>
    public async Task<Result<string>> HashAsync(DashboardUser person, string password, PasswordLane lane, CancellationToken cancellationToken)
    {
        if (!await queue.EnterAsync(lane, cancellationToken))
        {
            return new Error(ErrorCode.RateLimited, "A lot of people are signing in right now. Try again in a few seconds.", RetryAfter: TimeSpan.FromSeconds(5));
        }

        try
        {
            return Hash(person, password);
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
            return new Error(
                ErrorCode.RateLimited, "A lot of people are signing in right now. Try again in a few seconds.", RetryAfter: TimeSpan.FromSeconds(5));
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
}
