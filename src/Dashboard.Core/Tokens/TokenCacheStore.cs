using System.Collections.Concurrent;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;

namespace Dashboard.Core.Tokens;

/// <summary>Stores cached access tokens by the hash of their text, and finds them by what a change names: their identifier, authorization
/// or owner. A change costs as much as it affects, however many tokens are cached. Lookups do not lock; all changes happen under the lock
/// of the owner, <see cref="TokenCache"/>.</summary>
/// <remarks>When an owner's share or the whole store is full, a token that was not used since it was last passed over makes room. Expired
/// tokens leave within a minute.</remarks>
/// <param name="capacity">The maximum number of tokens.</param>
/// <param name="perOwner">The maximum number of tokens of one person or service account, so that nobody displaces the tokens of
/// others.</param>
sealed class TokenCacheStore(int capacity, int perOwner)
{
    /// <summary>How many used tokens are passed over before one of them makes room anyway.</summary>
    const int SecondChances = 64;

    readonly ConcurrentDictionary<KeyDigest, Held> tokens = new();
    readonly Dictionary<string, Held> ids = new(StringComparer.Ordinal);
    readonly Dictionary<string, HashSet<Held>> authorizations = new(StringComparer.Ordinal);
    readonly Dictionary<(PartyType Type, string Id), LinkedList<Held>> owners = [];
    readonly LinkedList<Held> all = new();
    readonly SortedDictionary<long, HashSet<Held>> expiries = [];
    readonly Dictionary<long, OrganizationUse> organizations = [];
    readonly Dictionary<string, OrganizationUse> slugs = new(StringComparer.Ordinal);

    /// <summary>The number of cached tokens. Call it only under the lock.</summary>
    public int Count => all.Count;

    /// <summary>Finds a token that is still valid in the cache.</summary>
    public CachedToken? Find(in KeyDigest digest)
    {
        if (!tokens.TryGetValue(digest, out var held) || !held.Token.Holds)
        {
            return null;
        }

        held.Use();
        return held.Token;
    }

    /// <summary>Returns the organization with this identifier, if cached tokens depend on it.</summary>
    public CachedOrganization? FindOrganization(long id) => organizations.GetValueOrDefault(id)?.Organization;

    /// <summary>Adds a token that has just been read.</summary>
    public void Put(in KeyDigest digest, CachedToken token, DateTimeOffset now)
    {
        Purge(now);
        if (token.ExpiresAt <= now)
        {
            return;
        }

        if (tokens.TryGetValue(digest, out var same))
        {
            Remove(same);
        }

        if (ids.TryGetValue(token.Jti, out same))
        {
            Remove(same); // the same token in another spelling
        }

        if (owners.TryGetValue(OwnerOf(token), out var own) && own.Count >= perOwner)
        {
            MakeRoom(own);
        }

        if (all.Count >= capacity)
        {
            MakeRoom(all);
        }

        Add(new(digest, token, Use(token.Organization)));
    }

    /// <summary>Removes the tokens that a change affects.</summary>
    public void Drop(FeedEntry entry)
    {
        switch (entry.SubjectType)
        {
            case FeedSubject.Token when ids.TryGetValue(entry.SubjectId, out var held):
                Remove(held);
                break;
            case FeedSubject.Authorization when authorizations.TryGetValue(entry.SubjectId, out var own):
                RemoveAll(own);
                break;
            case FeedSubject.User when owners.TryGetValue((PartyType.User, entry.SubjectId), out var own):
                RemoveAll(own);
                break;
            case FeedSubject.ServiceAccount when owners.TryGetValue((PartyType.ServiceAccount, entry.SubjectId), out var own):
                RemoveAll(own);
                break;
            case FeedSubject.Organization when slugs.TryGetValue(entry.SubjectId, out var use):
                Leave(use);
                break;
            case FeedSubject.Project when slugs.TryGetValue(entry.SubjectId.Split('/')[0], out var use):
                Leave(use);
                break;
        }
    }

    /// <summary>Removes the tokens that have expired, those of the current minute excepted.</summary>
    public void Purge(DateTimeOffset now)
    {
        var minute = MinuteOf(now);
        while (expiries.Count > 0 && expiries.First() is var (first, expired) && first < minute)
        {
            RemoveAll(expired);
        }
    }

    /// <summary>Removes all tokens.</summary>
    public void Clear()
    {
        tokens.Clear();
        ids.Clear();
        authorizations.Clear();
        owners.Clear();
        all.Clear();
        expiries.Clear();
        organizations.Clear();
        slugs.Clear();
    }

    static (PartyType, string) OwnerOf(CachedToken token) => (token.Owner.Type, token.Owner.Id);

    static long MinuteOf(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMinute;

    /// <summary>Finds the entry of an organization. If other tokens depend on an instance with different content, that one is out of date:
    /// its change has not arrived yet.</summary>
    OrganizationUse Use(CachedOrganization organization)
    {
        if (organizations.TryGetValue(organization.Id, out var use))
        {
            if (use.Organization == organization)
            {
                return use;
            }

            Leave(use);
        }

        organizations[organization.Id] = use = new(organization);
        foreach (var slug in organization.Slugs)
        {
            slugs[slug] = use;
        }

        return use;
    }

    void Add(Held held)
    {
        var token = held.Token;
        tokens[held.Digest] = ids[token.Jti] = held;
        if (!owners.TryGetValue(OwnerOf(token), out var own))
        {
            owners[OwnerOf(token)] = own = new();
        }

        own.AddLast(held.InOwner);
        all.AddLast(held.InAll);
        Index(expiries, MinuteOf(token.ExpiresAt), held);
        if (token.AuthorizationId is { } authorization)
        {
            Index(authorizations, authorization, held);
        }

        held.Organization.Tokens++;
    }

    void Remove(Held held)
    {
        var token = held.Token;
        tokens.TryRemove(held.Digest, out _);
        ids.Remove(token.Jti);
        if (held.InOwner.List is { } own)
        {
            own.Remove(held.InOwner);
            if (own.Count == 0)
            {
                owners.Remove(OwnerOf(token));
            }
        }

        all.Remove(held.InAll);
        Unindex(expiries, MinuteOf(token.ExpiresAt), held);
        if (token.AuthorizationId is { } authorization)
        {
            Unindex(authorizations, authorization, held);
        }

        if (--held.Organization.Tokens == 0)
        {
            Unregister(held.Organization);
        }
    }

    void RemoveAll(IReadOnlyCollection<Held> held)
    {
        foreach (var one in held.ToList())
        {
            Remove(one);
        }
    }

    /// <summary>Removes one of a list: the first that was not used since it was last passed over.</summary>
    void MakeRoom(LinkedList<Held> list)
    {
        for (var chances = SecondChances; chances > 0 && list.First is { Value: { WasUsed: true } used } first; chances--)
        {
            used.Forget();
            list.RemoveFirst();
            list.AddLast(first);
        }

        Remove(list.First!.Value);
    }

    /// <summary>Invalidates the tokens of an organization. They are removed when they are read again or make room.</summary>
    void Leave(OrganizationUse use)
    {
        use.Organization.Leave();
        Unregister(use);
    }

    void Unregister(OrganizationUse use)
    {
        if (organizations.GetValueOrDefault(use.Organization.Id) == use)
        {
            organizations.Remove(use.Organization.Id);
        }

        foreach (var slug in use.Organization.Slugs)
        {
            if (slugs.GetValueOrDefault(slug) == use)
            {
                slugs.Remove(slug);
            }
        }
    }

    static void Index<TKey>(IDictionary<TKey, HashSet<Held>> index, TKey key, Held held)
    {
        if (!index.TryGetValue(key, out var own))
        {
            index[key] = own = [];
        }

        own.Add(held);
    }

    static void Unindex<TKey>(IDictionary<TKey, HashSet<Held>> index, TKey key, Held held)
    {
        if (index.TryGetValue(key, out var own) && own.Remove(held) && own.Count == 0)
        {
            index.Remove(key);
        }
    }

    /// <summary>An organization and how many cached tokens depend on it.</summary>
    sealed class OrganizationUse(CachedOrganization organization)
    {
        public CachedOrganization Organization { get; } = organization;

        public int Tokens { get; set; }
    }

    /// <summary>A cached token with its places in the lists.</summary>
    sealed class Held
    {
        volatile bool used;

        public Held(in KeyDigest digest, CachedToken token, OrganizationUse organization)
        {
            (Digest, Token, Organization) = (digest, token, organization);
            (InAll, InOwner) = (new(this), new(this));
        }

        public KeyDigest Digest { get; }

        public CachedToken Token { get; }

        public OrganizationUse Organization { get; }

        public LinkedListNode<Held> InAll { get; }

        public LinkedListNode<Held> InOwner { get; }

        public bool WasUsed => used;

        public void Use()
        {
            if (!used) // a write would take the line from the other cores at each request
            {
                used = true;
            }
        }

        public void Forget() => used = false;
    }
}
