namespace Dashboard.Commands;

/// <summary>What a command needs before it can run.</summary>
enum CommandNeeds
{
    /// <summary>Nothing: no setting is read.</summary>
    Nothing,

    /// <summary>The services. The database may be of another version, or missing.</summary>
    Services,

    /// <summary>The services, on a database of this version.</summary>
    Database,
}

/// <summary>A command of the console. To add one: a class in a file of its own, and a line in <see cref="CommandLine.All"/>.</summary>
abstract class ConsoleCommand
{
    /// <summary>The first word.</summary>
    public abstract string Name { get; }

    /// <summary>What the list of commands says about it.</summary>
    public abstract string Description { get; }

    /// <summary>What <c>--help</c> prints.</summary>
    public abstract string Help { get; }

    /// <summary>What it needs.</summary>
    public abstract CommandNeeds Needs { get; }

    /// <summary>Whether its word is a file. Then <c>/Key value</c> is no setting after it, because absolute paths begin so.</summary>
    public virtual bool TakesFile => false;

    /// <summary>Its options, each of which takes a value: <c>--head</c>.</summary>
    public virtual IReadOnlyList<string> Options => [];

    /// <summary>Its options without a value: <c>--dry-run</c>.</summary>
    public virtual IReadOnlyList<string> Flags => [];

    /// <summary>Checks its words and options, before anything is opened.</summary>
    /// <exception cref="Hosting.StartException">They are not those of the command.</exception>
    public virtual void Check(CommandInput input)
    {
        if (input.Words.Count > 0)
        {
            throw TooMuch(input.Words[0]);
        }
    }

    /// <summary>Runs the command.</summary>
    /// <param name="services">The services, if it needs them.</param>
    /// <returns>The exit code.</returns>
    public abstract Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken);

    /// <summary>The error for a word that the command does not take.</summary>
    protected Hosting.StartException TooMuch(string word) => new($"\"{word}\" is one word too many; \"{Name} --help\" says what there is.");
}

/// <summary>What follows a command.</summary>
/// <param name="Words">The words after its name.</param>
/// <param name="Options">The values of its options, by name.</param>
/// <param name="Settings">The settings, from before and after it.</param>
sealed record CommandInput(IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Options, IReadOnlyList<string> Settings)
{
    /// <summary>Returns the value of an option, or null.</summary>
    public string? Option(string name) => Options.GetValueOrDefault(name);
}
