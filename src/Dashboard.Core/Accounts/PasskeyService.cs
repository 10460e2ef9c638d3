using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Mail;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Accounts;

/// <summary>A passkey in the list of a person's passkeys.</summary>
/// <param name="Id">The credential's identifier in base64url.</param>
/// <param name="Name">The name that the person gave it.</param>
/// <param name="CreatedAt">When it was added, UTC.</param>
/// <param name="LastUsedAt">When it was last used, UTC, or null.</param>
/// <param name="IsSynced">Whether a password manager has a copy on other devices.</param>
public sealed record PasskeySummary(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsSynced);

/// <summary>What a browser needs to add or use a passkey.</summary>
/// <param name="Options">The options for <c>navigator.credentials</c>, as JSON.</param>
/// <param name="State">What the answer is checked against, encrypted. It comes back with the answer and counts for ten minutes.</param>
public sealed record PasskeyChallenge(string Options, string State);

/// <summary>The verified answer of a passkey.</summary>
sealed record VerifiedPasskey(string UserId, byte[] CredentialId, uint SignCount, bool IsBackedUp, DateTimeOffset AskedAt);

/// <summary>Adds, lists and removes passkeys, and verifies their answers (WebAuthn Level 3). Identity's handler does what the standard
/// says; the relying party and the origin come from <see cref="PublicUrl"/>, never from a request.</summary>
public sealed class PasskeyService(
    IServiceScopeFactory scopes, IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, IDataProtectionProvider protection,
    SecondFactorService factors, PresenceService presence, PasskeyAnswers answers, MailOutbox outbox, TimeProvider time)
{
    /// <summary>The maximum number of passkeys of a person.</summary>
    public const int MaxPerPerson = 20;

    const string Adding = "add";

    readonly IDataProtector protector = protection.CreateProtector(PasskeyAnswers.Purpose);

    /// <summary>Begins to add a passkey.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns>The challenge; or <see cref="ErrorCode.SessionRequired"/>, <see cref="ErrorCode.FreshSignInRequired"/>, or
    /// <see cref="ErrorCode.Conflict"/> at the limit.</returns>
    public async Task<Result<PasskeyChallenge>> BeginAsync(Actor actor, CancellationToken cancellationToken)
    {
        if (actor.SessionId is null)
        {
            return Error.SessionRequired;
        }

        if (await presence.FindFreshUntilAsync(actor, cancellationToken) is null)
        {
            return Error.FreshSignInRequired(throughToken: false);
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await context.Passkeys.CountAsync(x => x.UserId == actor.Id, cancellationToken) >= MaxPerPerson)
        {
            return TooMany();
        }

        var person = await context.Users.Where(x => x.Id == actor.Id).Select(x => new { x.Email, x.Name }).SingleAsync(cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var made = await scope.ServiceProvider.GetRequiredService<IPasskeyHandler<DashboardUser>>().MakeCreationOptionsAsync(
            new() { Id = actor.Id, Name = person.Email!, DisplayName = person.Name }, new DefaultHttpContext());
        return new PasskeyChallenge(
            made.CreationOptionsJson, new PasskeyState(Adding, actor.Id, made.AttestationState!, time.GetUtcNow()).Protect(protector));
    }

    /// <summary>Adds a passkey.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="name">The name of the passkey.</param>
    /// <param name="answer">The browser's answer, as JSON.</param>
    /// <param name="state">The state of the challenge.</param>
    /// <returns>Recovery codes if it is the first factor; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.Conflict"/>,
    /// <see cref="ErrorCode.SessionRequired"/> or <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public async Task<Result<SecondFactorAdded>> AddAsync(
        Actor actor, string? name, string? answer, string? state, CancellationToken cancellationToken)
    {
        if (actor.SessionId is null)
        {
            return Error.SessionRequired;
        }

        if (Names.Check(name) is { } fault)
        {
            return Error.Invalid("name", fault);
        }

        var attested = await AttestAsync(actor, answer, state);
        if (attested.Error is { } refused)
        {
            return refused;
        }

        var made = await factors.MakeIfFirstAsync(actor, cancellationToken);
        return made.Error is { } busy ? busy : await changes.RunAsync<SecondFactorAdded>(
            actor,
            async (change, token) =>
            {
                if (await change.CheckPresenceAsync(token) is { } stale)
                {
                    return stale;
                }

                if (await change.Context.Passkeys.CountAsync(x => x.UserId == actor.Id, token) >= MaxPerPerson)
                {
                    return TooMany();
                }

                var passkey = attested.Value;
                var id = passkey.CredentialId;
                if (await change.Context.Passkeys.AnyAsync(x => x.CredentialId == id, token))
                {
                    return new Error(ErrorCode.Conflict, "This passkey has been added before.");
                }

                change.Context.Add(Row(actor.Id, passkey, name!.Trim(), change.Now));
                var added = await SecondFactorService.AddCodesAsync(change, made.Value, token);
                await SecondFactorService.RecordAsync(
                    change, outbox, "passkey.added", $"The passkey \"{name.Trim()}\" was added", token, Details(id, name.Trim()));
                return added;
            },
            cancellationToken);
    }

    /// <summary>Renames a passkey.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="id">The passkey's identifier.</param>
    /// <param name="name">The new name.</param>
    /// <returns><see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.SessionRequired"/>.</returns>
    public async Task<Result<Unit>> RenameAsync(Actor actor, string id, string? name, CancellationToken cancellationToken)
    {
        if (actor.SessionId is null)
        {
            return Error.SessionRequired;
        }

        return Names.Check(name) is { } fault ? Error.Invalid("name", fault) : await changes.RunAsync<Unit>(
            actor,
            async (change, token) =>
            {
                if (await FindAsync(change.Context, actor.Id, id, token) is not { } row)
                {
                    return Error.NotFound;
                }

                if (row.Data.Name != name!.Trim())
                {
                    row.Data.Name = name.Trim();
                    change.Record(AuditChain.Installation, new(
                        AuditCategory.Auth, "passkey.renamed", new(FeedSubject.User, actor.Id, actor.Name), Details: Details(
                            row.CredentialId, name.Trim())));
                }

                return default(Unit);
            },
            cancellationToken);
    }

    /// <summary>Removes a passkey.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="id">The passkey's identifier.</param>
    /// <returns><see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Conflict"/> if it is the only factor and an organization requires
    /// one, <see cref="ErrorCode.SessionRequired"/> or <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public async Task<Result<Unit>> RemoveAsync(Actor actor, string id, CancellationToken cancellationToken) => actor.SessionId is null
        ? Error.SessionRequired
        : await changes.RunAsync<Unit>(
            actor,
            async (change, token) =>
            {
                if (await change.CheckPresenceAsync(token) is { } stale)
                {
                    return stale;
                }

                if (await FindAsync(change.Context, actor.Id, id, token) is not { } row)
                {
                    return Error.NotFound;
                }

                await change.Context.Passkeys.Where(x => x.CredentialId == row.CredentialId).ExecuteDeleteAsync(token);
                if (await SecondFactorService.AfterRemovalAsync(change, token) is { } required)
                {
                    return required;
                }

                await SecondFactorService.RecordAsync(
                    change, outbox, "passkey.removed", $"The passkey \"{row.Data.Name}\" was removed", token, Details(
                        row.CredentialId, row.Data.Name));
                return default(Unit);
            },
            cancellationToken);

    /// <summary>Makes a challenge for signing in or proving to be present.</summary>
    /// <param name="userId">The person, or null for anyone with a passkey.</param>
    public Task<PasskeyChallenge> ChallengeAsync(string? userId, CancellationToken cancellationToken) =>
        answers.ChallengeAsync(userId, cancellationToken);

    /// <summary>Lists the passkeys of a person, the oldest first.</summary>
    internal static async Task<IReadOnlyList<PasskeySummary>> ListAsync(
        DashboardContext context, string userId, CancellationToken cancellationToken)
    {
        var rows = await context.Passkeys.AsNoTracking().Where(x => x.UserId == userId)
            .Select(x => new { Row = x, LastUsedAt = EF.Property<DateTimeOffset?>(x, PasskeyConfiguration.LastUsedAt) })
                .ToListAsync(cancellationToken);
        return [.. rows.OrderBy(x => x.Row.Data.CreatedAt).ThenBy(x => IdOf(x.Row.CredentialId), StringComparer.Ordinal)
            .Select(x => new PasskeySummary(
            IdOf(x.Row.CredentialId), x.Row.Data.Name ?? "", x.Row.Data.CreatedAt, x.LastUsedAt, x.Row.Data.IsBackedUp))];
    }

    static string IdOf(byte[] credentialId) => Base64Url.EncodeToString(credentialId);

    static Task<IdentityUserPasskey<string>?> FindAsync(
        DashboardContext context, string userId, string id, CancellationToken cancellationToken)
    {
        if (!Base64Url.IsValid(id))
        {
            return Task.FromResult<IdentityUserPasskey<string>?>(null);
        }

        var credential = Base64Url.DecodeFromChars(id);
        return context.Passkeys.SingleOrDefaultAsync(x => x.UserId == userId && x.CredentialId == credential, cancellationToken);
    }

    async Task<Result<UserPasskeyInfo>> AttestAsync(Actor actor, string? answer, string? state)
    {
        if (answer is not { Length: > 0 and <= PasskeyAnswers.MaxAnswer }
            || PasskeyState.Read(protector, state, Adding, time.GetUtcNow()) is not { } asked || asked.UserId != actor.Id)
        {
            return Error.Invalid("passkey", PasskeyAnswers.Expired);
        }

        await using var scope = scopes.CreateAsyncScope();
        var attested = await scope.ServiceProvider.GetRequiredService<IPasskeyHandler<DashboardUser>>().PerformAttestationAsync(
            new() { HttpContext = new DefaultHttpContext(), CredentialJson = answer, AttestationState = asked.State });
        return attested.Succeeded
            ? attested.Passkey
            : Error.Invalid("passkey", "The passkey could not be verified. Open Latchkey at its own address, and try again.");
    }

    static IdentityUserPasskey<string> Row(string userId, UserPasskeyInfo passkey, string name, DateTimeOffset now) => new()
    {
        UserId = userId,
        CredentialId = passkey.CredentialId,
        Data = new()
        {
            PublicKey = passkey.PublicKey,
            Name = name,
            CreatedAt = now,
            SignCount = passkey.SignCount,
            Transports = passkey.Transports,
            IsUserVerified = passkey.IsUserVerified,
            IsBackupEligible = passkey.IsBackupEligible,
            IsBackedUp = passkey.IsBackedUp,
            AttestationObject = passkey.AttestationObject,
            ClientDataJson = passkey.ClientDataJson,
        },
    };

    static string Details(byte[] credentialId, string? name) =>
        JsonSerializer.Serialize(new { passkey = IdOf(SHA256.HashData(credentialId))[..16], name });

    static Error TooMany() =>
        new(ErrorCode.Conflict, $"You have {MaxPerPerson} passkeys. Remove one that you no longer use, then try again.");
}
