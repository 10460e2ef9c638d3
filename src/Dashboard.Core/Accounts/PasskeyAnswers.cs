using System.Security.Cryptography;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Accounts;

/// <summary>What the answer of a passkey is checked against. The browser holds it, encrypted, so a stranger's challenges cost no memory
/// here.</summary>
/// <param name="Purpose">What the passkey is asked for.</param>
/// <param name="UserId">The person, or null for anyone with a passkey.</param>
/// <param name="State">The state of Identity's handler, with the challenge.</param>
/// <param name="At">When it was made, UTC.</param>
sealed record PasskeyState(string Purpose, string? UserId, string State, DateTimeOffset At)
{
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    const int MaxLength = 8 * 1024;

    public string Protect(IDataProtector protector) => protector.Protect(JsonSerializer.Serialize(this));

    /// <summary>Reads a state; null if it is not ours, for something else, or too old.</summary>
    public static PasskeyState? Read(IDataProtector protector, string? text, string purpose, DateTimeOffset now)
    {
        try
        {
            return text is { Length: > 0 and <= MaxLength }
                && JsonSerializer.Deserialize<PasskeyState>(protector.Unprotect(text)) is { } state
                && state.Purpose == purpose && state.At <= now && now - state.At < Lifetime ? state : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Omits the challenge.</summary>
    public override string ToString() => Purpose;
}

/// <summary>Asks for passkeys and verifies their answers, for sign-ins and for proofs of presence.</summary>
public sealed class PasskeyAnswers(IServiceScopeFactory scopes, IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>The purpose that states are encrypted for.</summary>
    internal const string Purpose = "Latchkey.Passkeys";

    /// <summary>The maximum length of an answer, in characters.</summary>
    internal const int MaxAnswer = 16 * 1024;

    /// <summary>The message for an answer to a challenge that no longer counts.</summary>
    internal const string Expired = "This took too long. Try again.";

    const string Using = "use";

    readonly IDataProtector protector = protection.CreateProtector(Purpose);

    /// <summary>Makes a challenge.</summary>
    internal async Task<PasskeyChallenge> ChallengeAsync(string? userId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<DashboardUser>>();
        var made = await scope.ServiceProvider.GetRequiredService<IPasskeyHandler<DashboardUser>>().MakeRequestOptionsAsync(
            userId is null ? null : await users.FindByIdAsync(userId), new DefaultHttpContext());
        return new(made.RequestOptionsJson, new PasskeyState(Using, userId, made.AssertionState!, time.GetUtcNow()).Protect(protector));
    }

    /// <summary>Verifies an answer.</summary>
    /// <returns>The passkey, or <see cref="ErrorCode.InvalidCredentials"/>.</returns>
    internal async Task<Result<VerifiedPasskey>> VerifyAsync(string? answer, string? state)
    {
        if (answer is not { Length: > 0 and <= MaxAnswer } || PasskeyState.Read(protector, state, Using, time.GetUtcNow()) is not { } asked)
        {
            return new Error(ErrorCode.InvalidCredentials, Expired);
        }

        await using var scope = scopes.CreateAsyncScope();
        var verified = await scope.ServiceProvider.GetRequiredService<IPasskeyHandler<DashboardUser>>().PerformAssertionAsync(
            new() { HttpContext = new DefaultHttpContext(), CredentialJson = answer, AssertionState = asked.State });
        return verified.Succeeded && (asked.UserId is null || asked.UserId == verified.User.Id)
            ? new VerifiedPasskey(
                verified.User.Id, verified.Passkey.CredentialId, verified.Passkey.SignCount, verified.Passkey.IsBackedUp, asked.At)
            : new Error(ErrorCode.InvalidCredentials, "This passkey does not open an account here. Use another, or your password.");
    }

    /// <summary>Uses up a verified answer within a unit of work: a challenge that is not newer than the passkey's last use was answered
    /// before.</summary>
    internal static async Task<bool> TakeAsync(UnitOfWork change, VerifiedPasskey passkey, CancellationToken cancellationToken)
    {
        var row = await change.Context.Passkeys
            .SingleOrDefaultAsync(x => x.UserId == passkey.UserId && x.CredentialId == passkey.CredentialId, cancellationToken);
        if (row is null || (row.Data.SignCount > 0 && passkey.SignCount <= row.Data.SignCount))
        {
            return false;
        }

        var used = change.Context.Entry(row).Property<DateTimeOffset?>(PasskeyConfiguration.LastUsedAt);
        if (used.CurrentValue >= passkey.AskedAt)
        {
            return false;
        }

        (used.CurrentValue, row.Data.SignCount, row.Data.IsBackedUp) = (change.Now, passkey.SignCount, passkey.IsBackedUp);
        return true;
    }
}
