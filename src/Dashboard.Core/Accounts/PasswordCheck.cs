using System.Security.Cryptography;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Core.Accounts;

/// <summary>Verifies passwords, a few at a time. To hash one takes a tenth of a second of a processor, and whoever floods the sign-in must not take the
/// processors away from verifying keys: at most half of them hash, and who comes when many wait already is sent away.</summary>
public sealed class PasswordCheck(IPasswordHasher<DashboardUser> hasher) : IDisposable
{
    /// <summary>How many may wait for their turn.</summary>
    public const int MostWaiting = 50;

    static readonly DashboardUser Nobody = new();

    /// <summary>What is verified where there is no account, so that this takes as long as where there is one.</summary>
    readonly string nobodysHash = hasher.HashPassword(Nobody, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    readonly SemaphoreSlim turns = new(AtOnce);
    int present;

    /// <summary>How many are hashed at once.</summary>
    public static int AtOnce { get; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Hashes a password to be stored.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="password">The password, exactly as typed.</param>
    public string Hash(DashboardUser person, string password) => hasher.HashPassword(person, password);

    /// <summary>Verifies what somebody typed. It takes as long where there is nobody, or nobody with a password.</summary>
    /// <param name="person">Whose password it should be, or null.</param>
    /// <param name="password">What they typed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it is right, and hashed as strongly as is usual now; or <see cref="ErrorCode.RateLimited"/>.</returns>
    public async Task<Result<PasswordVerificationResult>> VerifyAsync(DashboardUser? person, string password, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref present) > AtOnce + MostWaiting)
            {
                return new Error(ErrorCode.RateLimited, "A lot of people are signing in right now. Try again in a few seconds.", RetryAfter: TimeSpan.FromSeconds(5));
            }

            await turns.WaitAsync(cancellationToken);
            try
            {
                var result = hasher.VerifyHashedPassword(person ?? Nobody, person?.PasswordHash ?? nobodysHash, password);
                return person?.PasswordHash is null ? PasswordVerificationResult.Failed : result;
            }
            finally
            {
                turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref present);
        }
    }

    /// <inheritdoc />
    public void Dispose() => turns.Dispose();
}
