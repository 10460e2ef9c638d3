using System.Text.Json;

namespace Dashboard.Cli.Profiles;

/// <summary>The tokens of one profile, in a file of their own.</summary>
sealed class TokenStore
{
    readonly string file;

    public TokenStore(Machine machine, string profile) => file = Path.Combine(machine.StateFolder, $"{Profile.Named(profile)}.json");

    public string Location => file;

    /// <summary>Whether others of this machine can read the tokens.</summary>
    public bool IsOpenToOthers => PrivateFile.IsOpenToOthers(file);

    public TokenSet? Read()
    {
        try
        {
            return PrivateFile.Read(file) is { Length: > 0 } content
                ? JsonSerializer.Deserialize(content, ProfileJson.Default.TokenSet) : null;
        }
        catch (JsonException)
        {
            return null; // as good as none: a new sign-in replaces it
        }
    }

    /// <summary>Keeps other processes from changing the tokens until it is disposed of.</summary>
    public Task<IDisposable> LockAsync(CancellationToken cancellationToken) => FileLock.TakeAsync($"{file}.lock", cancellationToken);

    public void Write(TokenSet tokens) =>
        PrivateFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(tokens, ProfileJson.Default.TokenSet));

    public void Delete() => File.Delete(file);
}
