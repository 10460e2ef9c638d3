using System.Net;

namespace Dashboard.Core.Changes;

/// <summary>What was refused, as the audit log names it.</summary>
/// <param name="Category">One of <see cref="AuditCategory"/>.</param>
/// <param name="Action">What happened, such as <c>limit.reached</c>.</param>
/// <param name="Reason">Why, in snake case.</param>
public sealed record RefusalReason(string Category, string Action, string Reason)
{
    /// <summary>The action of a change that was refused.</summary>
    public const string ChangeRefused = "change.refused";

    /// <summary>The action of an OAuth client that did not authenticate.</summary>
    public const string ClientRefused = "client.refused";

    /// <summary>The action of a request beyond a limit.</summary>
    public const string LimitReached = "limit.reached";

    /// <summary>A client with an unknown identifier or a wrong secret.</summary>
    public static RefusalReason InvalidClient { get; } = new(AuditCategory.Tokens, ClientRefused, "invalid_client");

    /// <summary>Too many failed clients and unknown tokens from one address.</summary>
    public static RefusalReason FailedClients { get; } = new(AuditCategory.Tokens, LimitReached, "failed_clients");

    /// <summary>Too many device authorization requests from one address.</summary>
    public static RefusalReason DeviceRequests { get; } = new(AuditCategory.Tokens, LimitReached, "device_requests");

    /// <summary>Too many client registrations from one address.</summary>
    public static RefusalReason Registrations { get; } = new(AuditCategory.Tokens, LimitReached, "registrations");

    /// <summary>Too many user codes that one person tried.</summary>
    public static RefusalReason UserCodes { get; } = new(AuditCategory.Tokens, LimitReached, "user_codes");

    /// <summary>Too many failed sign-ins from one address.</summary>
    public static RefusalReason FailedSignIns { get; } = new(AuditCategory.Auth, LimitReached, "failed_sign_ins");

    /// <summary>Answers of passkeys that did not verify.</summary>
    public static RefusalReason Passkeys { get; } = new(AuditCategory.Auth, "session.refused", "passkey");

    /// <summary>Too many wrong set-up codes from one address.</summary>
    public static RefusalReason SetUpCodes { get; } = new(AuditCategory.Auth, LimitReached, "set_up_codes");

    /// <summary>Too many people of one address who registered.</summary>
    public static RefusalReason AccountRegistrations { get; } = new(AuditCategory.Auth, LimitReached, "account_registrations");

    /// <summary>Too many requests from one address for mail that opens an account.</summary>
    public static RefusalReason AccountMails { get; } = new(AuditCategory.Auth, LimitReached, "account_mails");

    /// <summary>Returns the reason for an error that a change ended with, or null if the error is no refusal: invalid input, and what the
    /// stored data does not allow, unless it is a limit of the settings.</summary>
    public static RefusalReason? Of(Error error) => error.Limited switch
    {
        null => Of(error.Code),
        "member" => new(AuditCategory.Members, LimitReached, "member_limit_reached"),
        "service_account" => new(AuditCategory.ServiceAccounts, LimitReached, "service_account_limit_reached"),
        var what => new(AuditCategory.Settings, LimitReached, $"{what}_limit_reached"),
    };

    static RefusalReason? Of(ErrorCode code) => code switch
    {
        ErrorCode.Forbidden => forbidden,
        ErrorCode.NotFound => notFound,
        ErrorCode.SessionRequired => sessionRequired,
        ErrorCode.CrossSite => crossSite,
        ErrorCode.FreshSignInRequired => freshSignInRequired,
        ErrorCode.KeyLimitReached => keyLimit,
        ErrorCode.RateLimited => rateLimited,
        _ => null,
    };

    static readonly RefusalReason forbidden = new(AuditCategory.Auth, ChangeRefused, "forbidden");
    static readonly RefusalReason notFound = new(AuditCategory.Auth, ChangeRefused, "not_found");
    static readonly RefusalReason sessionRequired = new(AuditCategory.Auth, ChangeRefused, "session_required");
    static readonly RefusalReason crossSite = new(AuditCategory.Auth, ChangeRefused, "cross_site");
    static readonly RefusalReason freshSignInRequired = new(AuditCategory.Auth, ChangeRefused, "fresh_sign_in_required");
    static readonly RefusalReason keyLimit = new(AuditCategory.Keys, LimitReached, "key_limit_reached");
    static readonly RefusalReason rateLimited = new(AuditCategory.Auth, LimitReached, "rate_limited");
}

/// <summary>Refusals of one kind by one actor from one network, since they were last written.</summary>
/// <param name="Actor">Who was refused, with the network as its address, and without its session.</param>
/// <param name="Count">How often.</param>
/// <param name="IsRest">Whether it stands for all networks, or all actors, beyond the limit.</param>
sealed record RefusalCount(RefusalReason Reason, Actor Actor, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, bool IsRest);

/// <summary>Counts refusals in memory until a background service writes them, so that a refused request writes nothing. However many there
/// are, the memory is bounded: callers that have not authenticated are one actor, and beyond <see cref="MaxNetworks"/> the rest is one
/// count.</summary>
public sealed class RefusalLedger(TimeProvider time)
{
    /// <summary>The maximum number of networks that are counted by themselves, for each reason and actor.</summary>
    public const int MaxNetworks = 100;

    /// <summary>The maximum number of counts. Beyond it an actor that is not counted yet becomes part of one count for each
    /// reason.</summary>
    public const int MaxCounts = 10_000;

    readonly Lock gate = new();
    Dictionary<Key, RefusalCount> counts = [];
    Dictionary<(RefusalReason Reason, ActorKey Actor), int> networks = [];

    /// <summary>Counts a refusal.</summary>
    /// <param name="actor">Who was refused; its address is where it came from.</param>
    /// <param name="reason">What, and why.</param>
    public void Note(Actor actor, RefusalReason reason)
    {
        var now = time.GetUtcNow();
        var network = AuditEntry.NetworkOf(actor.Address);
        var who = actor with { Address = network, SessionId = null };
        if (who.Type == PartyType.Anonymous)
        {
            who = Actor.Anonymous(network);
        }

        Add(new(reason, who, 1, now, now, IsRest: false));
    }

    /// <summary>Counts a refusal of an OAuth client or of another caller that has not authenticated.</summary>
    public void Note(IPAddress? address, RefusalReason reason) => Note(Actor.Anonymous(Network.ToText(address)), reason);

    /// <summary>Counts a change that was refused. Invalid input is no refusal, and Latchkey itself is refused nothing.</summary>
    public void NoteChange(Actor actor, Error error)
    {
        if (actor.Type != PartyType.System && RefusalReason.Of(error) is { } reason)
        {
            Note(actor, reason);
        }
    }

    /// <summary>Returns what has been counted, and begins again.</summary>
    internal IReadOnlyCollection<RefusalCount> Take()
    {
        lock (gate)
        {
            var taken = counts.Values;
            (counts, networks) = ([], []);
            return taken;
        }
    }

    /// <summary>Adds a count: one refusal, or those that could not be written.</summary>
    internal void Add(RefusalCount count)
    {
        lock (gate)
        {
            var actor = new ActorKey(count.Actor.Type, count.Actor.Id, count.Actor.Token?.OrganizationId);
            var key = new Key(count.Reason, actor, count.Actor.Address, count.IsRest);
            if (!counts.ContainsKey(key) && !count.IsRest)
            {
                var known = networks.GetValueOrDefault((count.Reason, actor));
                if (known >= MaxNetworks)
                {
                    (key, count) = Rest(count, actor, count.Actor);
                }
                else if (counts.Count >= MaxCounts)
                {
                    (key, count) = Rest(count, new(PartyType.Anonymous, "", null), Actor.Anonymous(null));
                }
                else
                {
                    networks[(count.Reason, actor)] = known + 1;
                }
            }

            counts[key] = counts.TryGetValue(key, out var before)
                ? before with
                {
                    Count = before.Count + count.Count,
                    FirstAt = before.FirstAt < count.FirstAt ? before.FirstAt : count.FirstAt,
                    LastAt = before.LastAt > count.LastAt ? before.LastAt : count.LastAt,
                }
                : count;
        }
    }

    static (Key Key, RefusalCount Count) Rest(RefusalCount count, ActorKey key, Actor actor) =>
        (new(count.Reason, key, null, IsRest: true), count with { Actor = actor with { Address = null }, IsRest = true });

    readonly record struct ActorKey(PartyType Type, string Id, long? Organization);

    readonly record struct Key(RefusalReason Reason, ActorKey Actor, string? Network, bool IsRest);
}
