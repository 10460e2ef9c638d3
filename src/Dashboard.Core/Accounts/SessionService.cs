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
/// <param name="ExpiresAt">When the session expires at the latest, UTC.</param>
/// <param name="LastSeenAt">When the person was last active, UTC.</param>
public sealed record LiveSession(string Id, string UserId, string Name, string Email, DateTimeOffset ExpiresAt, DateTimeOffset LastSeenAt)
{
    /// <summary>When the session expires unless the person is active again, UTC.</summary>
    public DateTimeOffset IdleAt { get; init; }

    /// <summary>Whether an organization of the person requires a second factor and the person has none.</summary>
    public bool LacksSecondFactor { get; init; }
}

/// <summary>The session and roles that an open page depends on.</summary>
/// <param name="ExpiresAt">When the session expires at the latest, UTC.</param>
/// <param name="IdleAt">When the session expires unless the person is active again, UTC.</param>
/// <param name="Roles">The person's role by organization.</param>
public sealed record SessionStatus(DateTimeOffset ExpiresAt, DateTimeOffset IdleAt, IReadOnlyDictionary<long, OrganizationRole> Roles)
{
    /// <summary>Whether an organization of the person requires a second factor and the person has none.</summary>
    public bool LacksSecondFactor { get; init; }

    /// <summary>Returns whether the person still has every membership with at least the same role, and can still use them.</summary>
    /// <param name="earlier">The earlier status.</param>
    public bool Covers(SessionStatus earlier) => (earlier.LacksSecondFactor || !LacksSecondFactor)
        && earlier.Roles.All(before => Roles.TryGetValue(before.Key, out var role) && role >= before.Value);
}

/// <summary>A session in the list of a person's sessions.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Device">The browser and its operating system, or the kind of program.</param>
/// <param name="Address">The client address that it was started from, or null.</param>
/// <param name="CreatedAt">When it started, UTC.</param>
/// <param name="LastSeenAt">When the person was last active in it, UTC, to the minute.</param>
/// <param name="ExpiresAt">When it expires at the latest, UTC.</param>
/// <param name="Current">Whether it is the session of the request.</param>
public sealed record SessionSummary(
    string Id, string? Device, string? Address, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, bool Current)
{
    /// <summary>The network of the address, or null.</summary>
    public string? Network => IPAddress.TryParse(Address, out var address) ? CoarseNetwork.Of(address).ToText() : null;
}

/// <summary>Stores browser sessions in the database rather than in the cookie, so that an ended session is invalid immediately.</summary>
public sealed class SessionService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, WritesBehind behind, SessionCache cache, SessionOptions options,
    TimeProvider time)
{
    /// <summary>How often activity is written.</summary>
    public static readonly TimeSpan ActivityInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long expired sessions stay in the database.</summary>
    static readonly TimeSpan PastKept = TimeSpan.FromDays(30);

    const int MaxUserAgentLength = 200;

    /// <summary>Finds a session that has neither ended nor expired.</summary>
    /// <param name="secret">The secret in the cookie.</param>
    /// <param name="userId">The person that the session must belong to.</param>
    /// <returns>The session, or null.</returns>
    public async Task<LiveSession?> FindLiveAsync(string secret, string userId, CancellationToken cancellationToken)
    {
        var (hash, now) = (KeyHash.Of(secret), time.GetUtcNow());
        var name = Convert.ToHexString(hash);
        if (cache.Find(name, userId, now) is { } known)
        {
            return known;
        }

        var since = cache.Version;
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await findLive.Get(context)(context, hash, userId, now, cancellationToken);
        if (found is not null)
        {
            cache.Keep(name, found, since);
        }

        return found;
    }

    /// <summary>Compiled, because many requests of browsers ask it.</summary>
    static readonly PerModel<Func<DashboardContext, byte[], string, DateTimeOffset, CancellationToken, Task<LiveSession?>>> findLive = new(
        _ =>
        EF.CompileAsyncQuery((DashboardContext context, byte[] hash, string userId, DateTimeOffset now, CancellationToken _) => (
            from session in context.Sessions
            where session.SecretHash == hash && session.UserId == userId && session.EndedAt == null && session.ExpiresAt > now
                && session.IdleAt > now
            join person in context.Users on session.UserId equals person.Id
            select new LiveSession(session.Id, person.Id, person.Name, person.Email!, session.ExpiresAt, session.LastSeenAt)
            {
                IdleAt = session.IdleAt,
                LacksSecondFactor =
                    context.Members.Any(member =>
                        member.UserId == userId && context.Organizations.Any(x => x.Id == member.OrganizationId && x.RequireTwoFactor))
                    && !context.Authenticators.Any(x => x.UserId == userId) && !context.Passkeys.Any(x => x.UserId == userId),
            }).SingleOrDefault()));

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
            from session in Session.Live(context.Sessions, now)
            where session.Id == sessionId && session.UserId == userId
            from member in context.Members.Where(member => member.UserId == session.UserId).DefaultIfEmpty()
            select new
            {
                session.ExpiresAt,
                session.IdleAt,
                OrganizationId = (long?)member!.OrganizationId,
                Role = (OrganizationRole?)member.Role
            })
            .ToListAsync(cancellationToken);
        return rows.Count == 0 ? null : new(
            rows[0].ExpiresAt, rows[0].IdleAt,
            rows.Where(row => row.OrganizationId is not null).ToDictionary(row => row.OrganizationId!.Value, row => row.Role!.Value))
        {
            LacksSecondFactor = await SecondFactors.LacksAsync(context, userId, null, cancellationToken),
        };
    }

    /// <summary>Lists the actor's valid sessions, newest first.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="cursor">The cursor of the previous page, or null.</param>
    /// <param name="limit">The maximum number of sessions, 1 to 200.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/>.</returns>
    public async Task<Result<Page<SessionSummary>>> ListAsync(Actor actor, string? cursor, int limit, CancellationToken cancellationToken)
    {
        if (Page.Check(limit) is { } unusable)
        {
            return unusable;
        }

        string?[] filter = ["sessions", actor.Id];
        var start = Cursor.Read(cursor, filter);
        if (start.Error is { } foreign)
        {
            return foreign;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var sessions = Session.Live(context.Sessions.AsNoTracking(), time.GetUtcNow()).Where(x => x.UserId == actor.Id);
        if (start.Value is { } last)
        {
            sessions = sessions.Where(x => x.CreatedAt < last.At || (x.CreatedAt == last.At && string.Compare(x.Id, last.Id) < 0));
        }

        var rows = await sessions.OrderByDescending(x => x.CreatedAt).ThenByDescending(x => x.Id).Take(limit + 1)
            .ToListAsync(cancellationToken);
        return Cursor.Cut(
            rows, limit,
            row => new SessionSummary(
                row.Id, DeviceName.Of(row.UserAgent), row.Address, row.CreatedAt, row.LastSeenAt, row.ExpiresAt < row.IdleAt
                    ? row.ExpiresAt : row.IdleAt,
                row.Id == actor.SessionId),
            row => new(row.CreatedAt, row.Id), filter);
    }

    /// <summary>Writes that the person is active, so that the session does not expire for want of activity. Writes at most once a
    /// minute.</summary>
    /// <param name="actor">A signed-in person.</param>
    public Task KeepAsync(Actor actor, CancellationToken cancellationToken) =>
        changes.RunBehindAsync(ActivityOf(actor), cancellationToken, actor);

    /// <summary>Notes that the person of a request is active. It is written beside the request, if it is due.</summary>
    /// <param name="session">The session of the request.</param>
    public void Keep(LiveSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (session.LastSeenAt + ActivityInterval <= time.GetUtcNow() || session.LastSeenAt > time.GetUtcNow())
        {
            var actor = new Actor(PartyType.User, session.UserId, session.Name, SessionId: session.Id);
            behind.Add($"session {session.Id}", actor, ActivityOf(actor));
            cache.Forget(session.UserId); // it is read again, with what is written here
        }
    }

    /// <summary>What the activity of this moment writes, whenever it does.</summary>
    Func<DashboardContext, CancellationToken, Task> ActivityOf(Actor actor)
    {
        var now = UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow());
        var (due, idle, rememberedIdle) = (now - ActivityInterval, now + options.Idle, now + options.RememberedIdle);
        // A time in the future is from before the system clock was set back.
        return (context, token) => Session.Live(context.Sessions, now)
            .Where(x => x.Id == actor.SessionId && x.UserId == actor.Id && (x.LastSeenAt <= due || x.LastSeenAt > now))
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.LastSeenAt, now)
                .SetProperty(x => x.IdleAt, x => x.Remembered ? rememberedIdle : idle), token);
    }

    /// <summary>Ends the actor's session.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns><see cref="ErrorCode.SessionRequired"/> if the session is no longer valid.</returns>
    public Task<Result<Unit>> EndAsync(Actor actor, CancellationToken cancellationToken) =>
        EndOneAsync(actor, actor.SessionId ?? "", cancellationToken);

    /// <summary>Ends one of the actor's sessions.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="id">The session's identifier.</param>
    /// <returns><see cref="ErrorCode.NotFound"/> if the actor has no such valid session, or
    /// <see cref="ErrorCode.SessionRequired"/>.</returns>
    public async Task<Result<Unit>> EndOneAsync(Actor actor, string id, CancellationToken cancellationToken) => actor.SessionId is null
        ? Error.SessionRequired
        : await changes.RunAsync<Unit>(
            actor,
            async (change, token) => await EndAsync(change, Session.Live(change.Context.Sessions, change.Now)
                .Where(x => x.Id == id && x.UserId == actor.Id), token) == 0
                ? Error.NotFound
                : default(Unit),
            cancellationToken,
            isCounted: false);

    /// <summary>Ends all of the actor's sessions but the one it acts through.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns>The number of sessions that were ended; or <see cref="ErrorCode.SessionRequired"/>.</returns>
    public async Task<Result<int>> EndOthersAsync(Actor actor, CancellationToken cancellationToken) => actor.SessionId is not { } own
        ? Error.SessionRequired
        : await changes.RunAsync<int>(
            actor,
            async (change, token) => await EndAsync(change, Session.Live(change.Context.Sessions, change.Now)
                .Where(x => x.Id != own && x.UserId == actor.Id), token),
            cancellationToken);

    /// <summary>Locks a session, if there is one, before other rows are locked.</summary>
    internal static Task LockAsync(UnitOfWork change, string? id, CancellationToken cancellationToken) => id is null ? Task.CompletedTask
        : change.Context.Sessions.Where(x => x.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.EndedAt, x => x.EndedAt), cancellationToken);

    /// <summary>Ends the session that a browser had before it signed in again, even another person's.</summary>
    internal static Task ReplaceAsync(UnitOfWork change, string? id, CancellationToken cancellationToken) => id is null ? Task.CompletedTask
        : EndAsync(change, Session.Live(change.Context.Sessions, change.Now).Where(x => x.Id == id), cancellationToken);

    /// <summary>Starts a session within the unit of work that signs a person in.</summary>
    /// <returns>The session, and the secret that opens it.</returns>
    internal async Task<(Session Session, string Secret)> BeginAsync(
        UnitOfWork change, string userId, SignInAttempt attempt, CancellationToken cancellationToken)
    {
        var past = change.Now - PastKept;
        await change.Context.Sessions.Where(x => x.UserId == userId && x.ExpiresAt < past).ExecuteDeleteAsync(cancellationToken);
        var secret = Random();
        var session = new Session
        {
            Id = Random(),
            SecretHash = KeyHash.Of(secret),
            UserId = userId,
            CreatedAt = change.Now,
            ExpiresAt = change.Now + options.LifetimeOf(attempt.Remember),
            LastSeenAt = change.Now,
            IdleAt = change.Now + options.IdleOf(attempt.Remember),
            ConfirmedAt = change.Now,
            Remembered = attempt.Remember,
            Address = Network.ToText(attempt.Address),
            UserAgent = attempt.UserAgent is { Length: > MaxUserAgentLength } agent ? agent[..MaxUserAgentLength] : attempt.UserAgent ?? "",
        };
        change.Context.Add(session);
        return (session, secret);
    }

    /// <summary>Ends all sessions of a person within a unit of work.</summary>
    /// <param name="except">A session that stays, or null.</param>
    /// <returns>The number of sessions that were ended.</returns>
    internal static Task<int> EndAllAsync(UnitOfWork change, string userId, string? except, CancellationToken cancellationToken) =>
        EndAsync(change, Session.Live(change.Context.Sessions, change.Now)
            .Where(x => x.UserId == userId && x.Id != except), cancellationToken);

    /// <summary>The details of a session for the audit log.</summary>
    internal static string Details(string sessionId) => JsonSerializer.Serialize(new { session = sessionId });

    static async Task<int> EndAsync(UnitOfWork change, IQueryable<Session> sessions, CancellationToken cancellationToken)
    {
        var ended = await (
            from session in sessions
            join person in change.Context.Users on session.UserId equals person.Id
            orderby session.CreatedAt, session.Id
            select new { session.Id, session.UserId, person.Name }).ToListAsync(cancellationToken);
        var ids = ended.ConvertAll(x => x.Id);
        if (ids.Count > 0)
        {
            await change.Context.Sessions.Where(x => ids.Contains(x.Id))
                .ExecuteUpdateAsync(set => set.SetProperty(x => x.EndedAt, change.Now), cancellationToken);
        }

        foreach (var session in ended)
        {
            change.Record(AuditChain.Installation, new(
                AuditCategory.Auth, "session.ended", new(FeedSubject.User, session.UserId, session.Name), Details: Details(session.Id)));
        }

        return ended.Count;
    }

    static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
}
