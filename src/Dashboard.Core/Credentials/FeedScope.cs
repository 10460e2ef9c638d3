using Dashboard.Core.Changes;

namespace Dashboard.Core.Credentials;

/// <summary>Which keys a feed row concerns.</summary>
enum FeedReach
{
    /// <summary>One key, by its identifier.</summary>
    Key,

    /// <summary>The keys of a project, by a present or past address.</summary>
    Project,

    /// <summary>The keys of an organization, by a present or past slug.</summary>
    Organization,

    /// <summary>The keys of an owner, by type and identifier.</summary>
    Owner,

    /// <summary>No key: what access tokens rest on, the token cache listens for itself.</summary>
    Nothing,

    /// <summary>Every key.</summary>
    Everything,
}

/// <summary>Which keys a feed row concerns: rather too many than too few.</summary>
/// <param name="Reach">Of what kind it is that they have in common.</param>
/// <param name="Id">Its identifier.</param>
/// <param name="Type">An owner's type.</param>
readonly record struct FeedScope(FeedReach Reach, string Id, PartyType Type = default)
{
    /// <summary>What a row concerns. A subject that is not known here concerns everything.</summary>
    public static FeedScope Of(FeedEntry entry) => entry.SubjectType switch
    {
        FeedSubject.Key or FeedSubject.KeyUse => new(FeedReach.Key, entry.SubjectId),
        FeedSubject.Project => new(FeedReach.Project, entry.SubjectId),
        FeedSubject.Resource => new(FeedReach.Project, ProjectOf(entry.SubjectId)),
        FeedSubject.Organization => new(FeedReach.Organization, entry.SubjectId),
        FeedSubject.User => new(FeedReach.Owner, entry.SubjectId, PartyType.User),
        FeedSubject.ServiceAccount => new(FeedReach.Owner, entry.SubjectId, PartyType.ServiceAccount),
        FeedSubject.PublishedApp => new(FeedReach.Owner, entry.SubjectId, PartyType.PublishedApp),
        FeedSubject.Token or FeedSubject.Authorization or FeedSubject.Client or FeedSubject.Device or FeedSubject.SigningKey => new(FeedReach.Nothing, ""),
        _ => new(FeedReach.Everything, ""),
    };

    /// <summary>Whether a key is among them.</summary>
    public bool Includes(CachedKey key) => Reach switch
    {
        FeedReach.Key => key.Principal.KeyId == Id,
        FeedReach.Project => key.Project.IsMeantBy(Id),
        FeedReach.Organization => key.Project.IsOf(Id),
        FeedReach.Owner => key.Owner.Party.Type == Type && key.Owner.Party.Id == Id,
        FeedReach.Nothing => false,
        _ => true,
    };

    /// <summary>The first two segments of <c>organization/project/kind:id</c>.</summary>
    static string ProjectOf(string resource)
    {
        var first = resource.IndexOf('/', StringComparison.Ordinal);
        var second = resource.IndexOf('/', first + 1);
        return second < 0 ? resource : resource[..second];
    }
}
