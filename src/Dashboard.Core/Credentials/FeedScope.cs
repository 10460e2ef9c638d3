using Dashboard.Core.Changes;

namespace Dashboard.Core.Credentials;

/// <summary>How a feed entry identifies the keys that it affects.</summary>
enum FeedReach
{
    /// <summary>One key, by identifier.</summary>
    Key,

    /// <summary>The keys of a project, by a current or past path.</summary>
    Project,

    /// <summary>The keys of an organization, by a current or past slug.</summary>
    Organization,

    /// <summary>The keys of an owner, by type and identifier.</summary>
    Owner,

    /// <summary>No key: what access tokens rest on, the token cache listens for itself.</summary>
    Nothing,

    /// <summary>Every key.</summary>
    Everything,
}

/// <summary>The keys that a feed entry affects. If in doubt, it includes more rather than fewer.</summary>
/// <param name="Reach">How the keys are identified.</param>
/// <param name="Type">The type of an owner.</param>
readonly record struct FeedScope(FeedReach Reach, string Id, PartyType Type = default)
{
    /// <summary>Returns the keys that a feed entry affects. An unknown subject affects every key.</summary>
    public static FeedScope Of(FeedEntry entry) => entry.SubjectType switch
    {
        FeedSubject.Key or FeedSubject.KeyUse => new(FeedReach.Key, entry.SubjectId),
        FeedSubject.Project => new(FeedReach.Project, entry.SubjectId),
        FeedSubject.Resource => new(FeedReach.Project, ProjectOf(entry.SubjectId)),
        FeedSubject.Organization => new(FeedReach.Organization, entry.SubjectId),
        FeedSubject.User => new(FeedReach.Owner, entry.SubjectId, PartyType.User),
        FeedSubject.ServiceAccount => new(FeedReach.Owner, entry.SubjectId, PartyType.ServiceAccount),
        FeedSubject.PublishedApp => new(FeedReach.Owner, entry.SubjectId, PartyType.PublishedApp),
        FeedSubject.Token or FeedSubject.Authorization or FeedSubject.Client or FeedSubject.Device or FeedSubject.SigningKey or FeedSubject.Invitation => new(FeedReach.Nothing, ""),
        _ => new(FeedReach.Everything, ""),
    };

    /// <summary>Returns whether the scope includes a key.</summary>
    public bool Includes(CachedKey key) => Reach switch
    {
        FeedReach.Key => key.Principal.KeyId == Id,
        FeedReach.Project => key.Project.IsMeantBy(Id),
        FeedReach.Organization => key.Project.IsOf(Id),
        FeedReach.Owner => key.Owner.Party.Type == Type && key.Owner.Party.Id == Id,
        FeedReach.Nothing => false,
        _ => true,
    };

    /// <summary>Returns the first two segments of <c>organization/project/kind:id</c>.</summary>
    static string ProjectOf(string resource)
    {
        var first = resource.IndexOf('/', StringComparison.Ordinal);
        var second = resource.IndexOf('/', first + 1);
        return second < 0 ? resource : resource[..second];
    }
}
