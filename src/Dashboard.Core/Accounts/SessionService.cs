using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>A session that counts, and whose it is.</summary>
/// <param name="Id">The session.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="Name">What others see them called now.</param>
/// <param name="Email">Their address now.</param>
/// <param name="ExpiresAt">When it ends by itself, UTC.</param>
public sealed record LiveSession(string Id, string UserId, string Name, string Email, DateTimeOffset ExpiresAt);

/// <summary>What an open page rests on.</summary>
/// <param name="ExpiresAt">When its session ends by itself, UTC.</param>
/// <param name="Roles">What the person may do, by organization.</param>
public sealed record SessionStatus(DateTimeOffset ExpiresAt, IReadOnlyDictionary<long, OrganizationRole> Roles)
{
    /// <summary>Whether all that was allowed still is: no membership has gone, and no role is lesser.</summary>
    /// <param name="earlier">What was allowed.</param>
    public bool Covers(SessionStatus earlier) => earlier.Roles.All(before => Roles.TryGetValue(before.Key, out var role) && role >= before.Value);
}

/// <summary>Browser sessions, held here and not in the cookie: a cookie whose session has ended counts for nothing.</summary>
public sealed class SessionService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, TimeProvider time)
{
    /// <summary>How long a session lasts where the browser was not asked to keep it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>How long a session lasts that the browser keeps when it is closed.</summary>
    public static readonly TimeSpan KeptLifetime = TimeSpan.FromDays(14);

    /// <summary>How long the rows of a person's past sessions stay.</summary>
    static readonly TimeSpan PastKept = TimeSpan.FromDays(30);

    const int MaxUserAgentLength = 200;

    /// <summary>Finds a session that has neither ended nor expired.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="userId">Whose it has to be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The session, or null.</returns>
    public async Task<LiveSession?> FindLiveAsync(string sessionId, string userId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await (
            from session in context.Sessions
            where session.Id == sessionId && session.UserId == userId && session.EndedAt == null && session.ExpiresAt > now
            join person in context.Users on session.UserId equals person.Id
            select new LiveSession(session.Id, person.Id, person.Name, person.Email!, session.ExpiresAt)).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Finds what an open page rests on. A page listens to <see cref="Changes.ChangeFeed"/> for a <see cref="Changes.FeedSubject.User"/>
    /// of its own and asks then, and once more when the session ends by itself.</summary>
    /// <param name="sessionId">The page's session.</param>
    /// <param name="userId">Whose it has to be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The session's end and the person's roles; null for a session that has ended or expired.</returns>
    public async Task<SessionStatus?> FindStatusAsync(string sessionId, string userId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await (
            from session in context.Sessions
            where session.Id == sessionId && session.UserId == userId && session.EndedAt == null && session.ExpiresAt > now
            from member in context.Members.Where(member => member.UserId == session.UserId).DefaultIfEmpty()
            select new { session.ExpiresAt, OrganizationId = (long?)member!.OrganizationId, Role = (OrganizationRole?)member.Role }).ToListAsync(cancellationToken);
        return rows.Count == 0 ? null : new(
            rows[0].ExpiresAt, rows.Where(row => row.OrganizationId is not null).ToDictionary(row => row.OrganizationId!.Value, row => row.Role!.Value));
    }

    /// <summary>Ends the session that the actor acts through.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Done, or <see cref="ErrorCode.SessionRequired"/> where it no longer counted.</returns>
    public async Task<Result<Unit>> EndAsync(Actor actor, CancellationToken cancellationToken) => actor.SessionId is not { } id
        ? Error.SessionRequired
        : await changes.RunAsync<Unit>(
            actor,
            async (change, token) =>
            {
                await change.Context.Sessions.Where(x => x.Id == id && x.UserId == actor.Id && x.EndedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.EndedAt, change.Now), token);
                change.Record(AuditChain.Installation, new(AuditCategory.Auth, "session.ended", new(FeedSubject.User, actor.Id, actor.Name), Details: Details(id)));
                return default(Unit);
            },
            cancellationToken);

    /// <summary>Begins a session, inside the change that signs somebody in.</summary>
    internal static async Task<Session> BeginAsync(
        UnitOfWork change, string userId, bool keep, IPAddress? address, string? userAgent, CancellationToken cancellationToken)
    {
        var past = change.Now - PastKept;
        await change.Context.Sessions.Where(x => x.UserId == userId && x.ExpiresAt < past).ExecuteDeleteAsync(cancellationToken);
        var session = new Session
        {
            Id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
            UserId = userId,
            CreatedAt = change.Now,
            ExpiresAt = change.Now + (keep ? KeptLifetime : Lifetime),
            Address = Network.ToText(address),
            UserAgent = userAgent is { Length: > MaxUserAgentLength } ? userAgent[..MaxUserAgentLength] : userAgent ?? "",
        };
        change.Context.Add(session);
        return session;
    }

    /// <summary>What an audit row says of a session besides whose it is.</summary>
    internal static string Details(string sessionId) => JsonSerializer.Serialize(new { session = sessionId });
}
