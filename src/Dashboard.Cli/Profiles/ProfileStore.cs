using System.Text.Json;

namespace Dashboard.Cli.Profiles;

/// <summary>The profiles of this user, in one file without secrets.</summary>
sealed class ProfileStore(Machine machine)
{
    string File => Path.Combine(machine.ConfigFolder, "config.json");

    public ProfileList Read()
    {
        try
        {
            return PrivateFile.Read(File) is { } content
                && JsonSerializer.Deserialize(content, ProfileJson.Default.ProfileList) is { Profiles: not null } list
                ? list
                : new(null, new(StringComparer.Ordinal));
        }
        catch (JsonException exception)
        {
            throw new Failure(
                ExitCode.Error,
                $"{File} is not what latchkey wrote: {exception.Message} Mend it, or delete it and sign in again.", exception);
        }
    }

    /// <summary>Changes the profiles, one process at a time.</summary>
    public async Task ChangeAsync(Func<ProfileList, ProfileList> change, CancellationToken cancellationToken)
    {
        using var _ = await FileLock.TakeAsync($"{File}.lock", cancellationToken);
        PrivateFile.Write(File, JsonSerializer.SerializeToUtf8Bytes(change(Read()), ProfileJson.Default.ProfileList));
    }

    /// <summary>Adds or replaces a profile, and makes it the current one.</summary>
    public Task SaveAsync(string name, Profile profile, CancellationToken cancellationToken) => ChangeAsync(
        list =>
        {
            list.Profiles[name] = profile;
            return list with { Current = name };
        },
        cancellationToken);
}
