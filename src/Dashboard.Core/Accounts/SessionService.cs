using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>A valid session and its person.</summary>
/// <param name="Id">The session's identifier.</param>
/// <param name="UserId">The person's identifier.</param>
/// <param name="Name">The person's current name.</param>
/// <param name="Email">The person's current email.</param>
/// <param name="ExpiresAt">When the session expires, UTC.</param>
public sealed record LiveSession(string Id, string UserId, string Name, string Email, DateTimeOffset ExpiresAt);

/// <summary>The session and roles that an open page depends on.</summary>
/// <param name="ExpiresAt">When the session expires, UTC.</param>
/// <param name="Roles">The person's role by organization.</param>
public sealed record SessionStatus(DateTimeOffset ExpiresAt, IReadOnlyDictionary<long, OrganizationRole> Roles)
{
    /// <summary>Returns whether the person still has every membership with at least the same role.</summary>
    /// <param name="earlier">The earlier status.</param>
    public bool Covers(SessionStatus earlier) => earlier.Roles.All(before => Roles.TryGetValue(before.Key, out var role) && role >= before.Value);
}

/// <summary>Stores browser sessions in the database rather than in the cookie, so that an ended session is invalid immediately.</summary>
public sealed class SessionService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, TimeProvider time)
{
    /// <summary>The lifetime of a session that ends with the browser.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>The lifetime of a session that the browser keeps when it is closed.</summary>
    public static readonly TimeSpan KeptLifetime = TimeSpan.FromDays(14);

    /// <summary>How long expired sessions stay in the database.</summary>
    static readonly TimeSpan PastKept = TimeSpan.FromDays(30);

    const int MaxUserAgentLength = 200;

    /// <summary>Finds a session that has neither ended nor expired.</summary>
    /// <param name="userId">The person that the session must belong to.</param>
    /// <returns>The session, or null.</returns>
    public async Task<LiveSession?> FindLiveAsync(string sessionId, string userId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await findLive.Get(context)(context, sessionId, userId, now, cancellationToken);
    }

    /// <summary>Compiled, because each request of a browser asks it.</summary>
    static readonly PerModel<Func<DashboardContext, string, string, DateTimeOffset, CancellationToken, Task<LiveSession?>>> findLive = new(_ =>
        EF.CompileAsyncQuery((DashboardContext context, string sessionId, string userId, DateTimeOffset now, CancellationToken _) => (
            from session in context.Sessions
            where session.Id == sessionId && session.UserId == userId && session.EndedAt == null && session.ExpiresAt > now
            join person in context.Users on session.UserId equals person.Id
            select new LiveSession(session.Id, person.Id, person.Name, person.Email!, session.ExpiresAt)).SingleOrDefault()));

    /// <summary>Reads the session and roles that an open page depends on. The page calls it when <see cref="Changes.ChangeFeed"/> reports
    /// its <see cref="Changes.FeedSubject.User"/>, and when the session expires.</summary>
    /// <param name="sessionId">The session of the page.</param>
    /// <param name="userId">The person that the session must belong to.</param>
    /// <returns>The status, or null if the session has ended or expired.</returns>
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

    /// <summary>Ends the actor's session.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns><see cref="ErrorCode.SessionRequired"/> if the session is no longer valid.</returns>
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

    /// <summary>Starts a session within the unit of work that signs a person in.</summary>
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

    /// <summary>The details of a session for the audit log.</summary>
    internal static string Details(string sessionId) => JsonSerializer.Serialize(new { session = sessionId });
}
