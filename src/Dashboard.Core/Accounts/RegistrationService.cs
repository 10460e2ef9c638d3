using System.Net;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Limits;
using Dashboard.Core.Mail;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>Creates accounts for people whom nobody invited, where the setting <c>Accounts:Registration</c> allows it. The first step mails
/// a link to the address, the second takes a name and a password from the person who opened it. No response tells whether an address has an
/// account.</summary>
public sealed class RegistrationService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, MailOutbox outbox,
    PasswordCheck passwords, RateLimits limits, RefusalLedger refusals,
    AccountOptions options, TimeProvider time)
{
    /// <summary>The path that a link leads to.</summary>
    public const string Path = "/account/register";

    /// <summary>The query parameter of the token.</summary>
    public const string TokenParameter = "token";

    /// <summary>The maximum number of addresses that wait for their link to be opened.</summary>
    public const int MaxPending = 10_000;

    static readonly Error Closed = new(ErrorCode.NotFound, "People join by invitation. Ask an admin of your organization.");

    static readonly Error Gone =
        new(ErrorCode.NotFound, "This link has been used or replaced, or it has expired. Enter your address again to get a new one.");

    /// <summary>Whether people may register.</summary>
    public bool IsOpen => options.Registration;

    /// <summary>Mails a link to an address.</summary>
    /// <param name="client">The client address, or null.</param>
    /// <param name="email">The address as entered.</param>
    /// <param name="origin">The scheme and host that the link begins with.</param>
    /// <returns>Nothing, whether or not the address has an account; or <see cref="ErrorCode.InvalidRequest"/>,
    /// <see cref="ErrorCode.NotFound"/> where registration is closed, or <see cref="ErrorCode.RateLimited"/>.</returns>
    public async Task<Result<Unit>> BeginAsync(IPAddress? client, string? email, string origin, CancellationToken cancellationToken)
    {
        if (!IsOpen)
        {
            return Closed;
        }

        var address = email?.Trim();
        if (EmailAddress.Check(address) is { } wrong)
        {
            return Error.Invalid("email", wrong);
        }

        if (limits.AccountRegistrations.Take(client) is { } wait)
        {
            refusals.Note(client, RefusalReason.AccountRegistrations);
            return new Error(ErrorCode.RateLimited, "Too many registrations from your network. Try again in a minute.", RetryAfter: wait);
        }

        return await changes.RunAsync<Unit>(
            Actor.Anonymous(Network.ToText(client)),
            async (change, token) =>
            {
                var (normalized, now) = (EmailAddress.Normalize(address!), change.Now);
                await change.LockAuditChainAsync(AuditChain.Installation, token); // of two for one address, the second finds the first
                await change.Context.PendingRegistrations.Where(x => x.ExpiresAt <= now).ExecuteDeleteAsync(token);
                var pending = await change.Context.PendingRegistrations.SingleOrDefaultAsync(x => x.NormalizedEmail == normalized, token);
                if (pending?.MailedAt + PendingRegistration.Interval > now)
                {
                    return default(Unit); // the first mail is on its way
                }

                if (pending is null && await change.Context.PendingRegistrations.CountAsync(token) >= MaxPending)
                {
                    return new Error(ErrorCode.RateLimited, "Too many people are registering right now. Try again later.",
                        RetryAfter: TimeSpan.FromHours(1));
                }

                var link = LinkToken.Mint();
                if (pending is null)
                {
                    pending = new()
                    {
                        NormalizedEmail = normalized,
                        Email = address!,
                        TokenHash = link.Hash,
                        MailedAt = now,
                        ExpiresAt = now + PendingRegistration.Lifetime
                    };
                    change.Context.Add(pending);
                }

                (pending.Email, pending.TokenHash, pending.MailedAt, pending.ExpiresAt) =
                    (address!, link.Hash, now, now + PendingRegistration.Lifetime);
                var known = await NewPerson.FindIdAsync(change.Context, address!, token) is not null;
                outbox.Add(change, known ? KnownMail(address!, origin) : Mail(address!, origin, link), PendingRegistration.Lifetime);
                change.Record(AuditChain.Installation, new(
                    AuditCategory.Auth, "registration.started", new(FeedSubject.User, "unknown", "Unknown address")));
                return default(Unit);
            },
            cancellationToken);
    }

    /// <summary>Reads the address of a link.</summary>
    /// <param name="token">The token of the link.</param>
    /// <returns>The address, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<string>> FindAsync(string? token, CancellationToken cancellationToken)
    {
        if (!IsOpen || LinkToken.HashOf(token) is not { } hash)
        {
            return IsOpen ? Gone : Closed;
        }

        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.PendingRegistrations.Where(x => x.TokenHash == hash && x.ExpiresAt > now).Select(x => x.Email)
            .SingleOrDefaultAsync(cancellationToken) is { } email ? email : Gone;
    }

    /// <summary>Creates the account of a person who opened the link. The address is theirs, since the link was mailed to it.</summary>
    /// <param name="client">The client address, or null.</param>
    /// <param name="token">The token of the link.</param>
    /// <param name="name">The person's name.</param>
    /// <param name="password">The password as entered.</param>
    /// <returns>The address; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Conflict"/> if the address has an account, or <see cref="ErrorCode.RateLimited"/> while too many people sign
    /// in.</returns>
    public async Task<Result<string>> CompleteAsync(
        IPAddress? client, string? token, string? name, string? password, CancellationToken cancellationToken)
    {
        var email = await FindAsync(token, cancellationToken);
        if (email.Error is { } gone)
        {
            return gone;
        }

        var input = new NewPerson(name, email.Value, password);
        if (input.Check() is { } wrong)
        {
            return wrong;
        }

        var hashed = await passwords.HashAsync(password!, PasswordLane.Of(client), cancellationToken); // only for a link that works
        if (hashed.Error is { } busy)
        {
            return busy;
        }

        var hash = LinkToken.HashOf(token)!;
        return await changes.RunAsync<string>(
            Actor.Anonymous(Network.ToText(client)),
            async (change, cancel) =>
            {
                if (await change.Context.PendingRegistrations.Where(x => x.TokenHash == hash && x.ExpiresAt > change.Now)
                    .ExecuteDeleteAsync(cancel) == 0)
                {
                    return Gone; // used a moment ago
                }

                if (await NewPerson.FindIdAsync(change.Context, email.Value, cancel) is not null)
                {
                    return new Error(ErrorCode.Conflict, $"{email.Value} has an account. Sign in.");
                }

                input.AddTo(change, hashed.Value, isConfirmed: true);
                return email.Value;
            },
            cancellationToken);
    }

    static MailMessage Mail(string to, string origin, LinkToken token) => new(
        to,
        "Create your Latchkey account",
        $"""
        Open this link to confirm your address and create your account:
        {origin}{Path}?{TokenParameter}={token.Text}

        The link works once, for 24 hours. If you did not ask for it, ignore this mail: nothing was created.
        """);

    static MailMessage KnownMail(string to, string origin) => new(
        to,
        "You already have a Latchkey account",
        $"""
        Somebody, probably you, wanted to create an account for this address. It has one:
        {origin}/account/sign-in

        If it was not you, ignore this mail: nothing was changed.
        """);
}
