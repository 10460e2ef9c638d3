using System.Collections.Concurrent;
using Dashboard.Core.Credentials;

namespace Dashboard.Core.Verification;

/// <summary>Stores cached keys by the hash of their text, together with what they depend on. Lookups do not lock; all changes happen under
/// the lock of the owner, <see cref="VerificationCache"/>.</summary>
/// <remarks>The size is bounded by two generations. The young one receives keys that are read or used again. When it is full it becomes the
/// old one, and the old one is discarded. Keys that are not used while that many others are drop out, without any bookkeeping per
/// request.</remarks>
/// <param name="capacity">The capacity of one generation.</param>
sealed class KeyCacheStore(int capacity)
{
    volatile Generation young = new();
    volatile Generation old = new();

    /// <summary>The number of cached keys. Call it only under the lock.</summary>
    public int Count => young.Ids.Count + old.Ids.Keys.Count(id => !young.Ids.ContainsKey(id));

    /// <summary>Finds a key that is still valid in the cache.</summary>
    /// <param name="aging">Whether the key will soon be discarded unless it is promoted.</param>
    public CachedKey? Find(in KeyDigest digest, out bool aging)
    {
        aging = false;
        if (young.Keys.TryGetValue(digest, out var key))
        {
            return key.Holds ? key : null;
        }

        aging = old.Keys.TryGetValue(digest, out key) && key.Holds;
        return aging ? key : null;
    }

    /// <summary>Adds a key that has just been read.</summary>
    public void Put(in KeyDigest digest, CachedKey key)
    {
        if (!young.Keys.ContainsKey(digest) && young.Ids.Count >= capacity)
        {
            (old, young) = (young, new());
        }

        var project = FindProject(key.Project.Id) is { } sameProject && sameProject.SaysAs(key.Project) ? sameProject : key.Project;
        var owner = FindOwner(key.Owner) is { } sameOwner && sameOwner.Party == key.Owner.Party ? sameOwner : key.Owner;
        Register(project, owner);
        young.Keys[digest] = key.On(project, owner);
        young.Ids[key.Principal.KeyId] = digest;
    }

    /// <summary>Promotes a key of the old generation, if it is still there.</summary>
    public void Promote(in KeyDigest digest)
    {
        if (old.Keys.TryGetValue(digest, out var key) && key.Holds && !young.Keys.ContainsKey(digest))
        {
            Put(digest, key);
        }
    }

    /// <summary>Returns whether a key is cached.</summary>
    public bool Has(string keyId) => young.Ids.ContainsKey(keyId) || old.Ids.ContainsKey(keyId);

    /// <summary>Returns the project with this identifier, if cached keys depend on it.</summary>
    public CachedProject? FindProject(long id) =>
        (young.Projects.GetValueOrDefault(id) ?? old.Projects.GetValueOrDefault(id)) is { IsGone: false } known ? known : null;

    /// <summary>Removes the keys that a change affects.</summary>
    public void Drop(FeedScope scope)
    {
        if (scope.Reach == FeedReach.Everything)
        {
            Clear();
            return;
        }

        young.Drop(scope);
        old.Drop(scope);
    }

    /// <summary>Removes all keys.</summary>
    public void Clear() => (young, old) = (new(), new());

    CachedOwner? FindOwner(CachedOwner like) =>
        (young.Owners.GetValueOrDefault(KeyOf(like)) ?? old.Owners.GetValueOrDefault(KeyOf(like))) is { IsGone: false } known
            ? known : null;

    /// <summary>Registers what keys depend on, so that later changes invalidate them. If other keys depend on an instance with different
    /// content, that instance is out of date: its change has not arrived yet.</summary>
    void Register(CachedProject project, CachedOwner owner)
    {
        foreach (var generation in new[] { young, old })
        {
            if (generation.Projects.TryGetValue(project.Id, out var otherProject) && otherProject != project)
            {
                generation.Remove(otherProject);
            }

            if (generation.Owners.TryGetValue(KeyOf(owner), out var otherOwner) && otherOwner != owner)
            {
                generation.Remove(otherOwner);
            }
        }

        young.Owners.TryAdd(KeyOf(owner), owner);
        if (young.Projects.TryAdd(project.Id, project))
        {
            foreach (var address in project.Addresses)
            {
                young.Addresses[address] = project;
            }
        }
    }

    static (PartyType, string) KeyOf(CachedOwner owner) => (owner.Party.Type, owner.Party.Id);

    sealed class Generation
    {
        public ConcurrentDictionary<KeyDigest, CachedKey> Keys { get; } = new();

        public Dictionary<string, KeyDigest> Ids { get; } = new(StringComparer.Ordinal);

        public Dictionary<long, CachedProject> Projects { get; } = [];

        public Dictionary<string, CachedProject> Addresses { get; } = new(StringComparer.Ordinal);

        public Dictionary<(PartyType Type, string Id), CachedOwner> Owners { get; } = [];

        public void Drop(FeedScope scope)
        {
            switch (scope.Reach)
            {
                case FeedReach.Key when Ids.Remove(scope.Id, out var digest):
                    Keys.TryRemove(digest, out _);
                    break;
                case FeedReach.Project when Addresses.TryGetValue(scope.Id, out var project):
                    Remove(project);
                    break;
                case FeedReach.Organization:
                    foreach (var own in Projects.Values.Where(project => project.IsOf(scope.Id)).ToList())
                    {
                        Remove(own);
                    }

                    break;
                case FeedReach.Owner when Owners.TryGetValue((scope.Type, scope.Id), out var owner):
                    Remove(owner);
                    break;
            }
        }

        /// <summary>Invalidates the keys that depend on it. They are removed when they are read again or with their generation.</summary>
        public void Remove(CachedProject project)
        {
            project.Leave();
            Projects.Remove(project.Id);
            foreach (var address in project.Addresses)
            {
                Addresses.Remove(address);
            }
        }

        public void Remove(CachedOwner owner)
        {
            owner.Leave();
            Owners.Remove(KeyOf(owner));
        }
    }
}
