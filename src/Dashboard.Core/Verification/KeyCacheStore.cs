using System.Collections.Concurrent;
using Dashboard.Core.Credentials;

namespace Dashboard.Core.Verification;

/// <summary>Keys by the hash of their text, and what they rest on. Asking waits for nobody; every change is made under the one lock of its owner,
/// <see cref="VerificationCache"/>.</summary>
/// <remarks>Bounded by two generations: the young one takes what is read or asked for again; when it is full it becomes the old one, and the old one goes. So what is
/// not asked for while as many others were is forgotten, and no request writes anything down to make that so.</remarks>
/// <param name="capacity">The most keys of a generation.</param>
sealed class KeyCacheStore(int capacity)
{
    volatile Generation young = new();
    volatile Generation old = new();

    /// <summary>How many keys are held; between changes only.</summary>
    public int Count => young.Ids.Count + old.Ids.Keys.Count(id => !young.Ids.ContainsKey(id));

    /// <summary>Finds a key that holds.</summary>
    /// <param name="aging">Whether it will soon be forgotten, unless it is put again.</param>
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

    /// <summary>Holds a key that has just been read.</summary>
    public void Put(in KeyDigest digest, CachedKey key)
    {
        if (!young.Keys.ContainsKey(digest) && young.Ids.Count >= capacity)
        {
            (old, young) = (young, new());
        }

        var project = FindProject(key.Project.Id) is { } sameProject && sameProject.SaysAs(key.Project) ? sameProject : key.Project;
        var owner = FindOwner(key.Owner) is { } sameOwner && sameOwner.Party == key.Owner.Party ? sameOwner : key.Owner;
        Rest(project, owner);
        young.Keys[digest] = key.On(project, owner);
        young.Ids[key.Principal.KeyId] = digest;
    }

    /// <summary>Holds on to a key of the old generation, if it is still there.</summary>
    public void Keep(in KeyDigest digest)
    {
        if (old.Keys.TryGetValue(digest, out var key) && key.Holds && !young.Keys.ContainsKey(digest))
        {
            Put(digest, key);
        }
    }

    /// <summary>Whether a key is held.</summary>
    public bool Has(string keyId) => young.Ids.ContainsKey(keyId) || old.Ids.ContainsKey(keyId);

    /// <summary>The project with this identifier, if keys that are held rest on it.</summary>
    public CachedProject? FindProject(long id) =>
        (young.Projects.GetValueOrDefault(id) ?? old.Projects.GetValueOrDefault(id)) is { IsGone: false } known ? known : null;

    /// <summary>Forgets the keys that a change concerns.</summary>
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

    /// <summary>Forgets every key.</summary>
    public void Clear() => (young, old) = (new(), new());

    CachedOwner? FindOwner(CachedOwner like) =>
        (young.Owners.GetValueOrDefault(KeyOf(like)) ?? old.Owners.GetValueOrDefault(KeyOf(like))) is { IsGone: false } known ? known : null;

    /// <summary>From now on, a change of what keys rest on finds it here. Where other keys rest on what was read differently, that is out of date: the change
    /// is on its way.</summary>
    void Rest(CachedProject project, CachedOwner owner)
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

        /// <summary>The keys that rest on it count for nothing from here on. They go when they are read again, or with their generation.</summary>
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
