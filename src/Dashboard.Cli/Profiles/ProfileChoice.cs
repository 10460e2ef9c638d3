namespace Dashboard.Cli.Profiles;

/// <summary>A profile that a command uses.</summary>
sealed record ChosenProfile(string Name, Profile Profile);

/// <summary>Finds the profile that a command means.</summary>
static class ProfileChoice
{
    /// <summary>Returns the profile, or null if none fits: the named one; else the current one if its server and organization are those
    /// that the command names, else another one that has them.</summary>
    public static ChosenProfile? Find(Invocation invocation, ProfileList list)
    {
        if (invocation.Profile is { } named)
        {
            return list.Profiles.TryGetValue(named, out var profile) && Fits(profile, invocation) ? new(named, profile) : null;
        }

        return list.Profiles.Where(x => Fits(x.Value, invocation)).OrderByDescending(x => x.Key == list.Current)
            .Select(x => new ChosenProfile(x.Key, x.Value)).FirstOrDefault(
                found => found.Name == list.Current || invocation.Url is not null || invocation.Organization is not null);
    }

    static bool Fits(Profile profile, Invocation invocation) =>
        (invocation.Url is null || ServerUrl.Parse(invocation.Url) == ServerUrl.Parse(profile.Url))
        && (invocation.Organization is null || invocation.Organization == profile.Organization);
}
