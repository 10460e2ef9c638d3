using Dashboard.Audit;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Commands;

/// <summary>The command <c>audit</c>: verifies the log, prints its heads, and prunes it, without starting the server.</summary>
sealed class AuditCommand : ConsoleCommand
{
    /// <summary>The exit code if a chain is broken. 1 means that the command could not run.</summary>
    public const int Broken = 2;

    const string Head = "--head";

    const string Before = "--before";

    public override string Name => "audit";

    public override string Description => "verify or prune the audit log, or print its heads";

    public override string Help => """
        Usage: Dashboard audit <verify|heads|prune> [options] [--Setting:Name=value …]

          audit verify [--head FILE]  verify every chain, and compare it with the heads that FILE holds
                                      (the output of "audit heads", an answer of /api/audit/head, or lines of the log)
          audit heads                 print the head of every chain, to be kept elsewhere
          audit prune --before DATE   delete the rows before a day (2026-01-31) or time (2026-01-31T12:00:00Z), in UTC

        Exit codes: 0 done, and every chain is intact; 1 the command could not run; 2 a chain is broken.
        """;

    public override CommandNeeds Needs => CommandNeeds.Database;

    public override IReadOnlyList<string> Options => [Head, Before];

    public override void Check(CommandInput input)
    {
        var verb = input.Words.Count > 0 ? input.Words[0]
            : throw new StartException("\"audit\" alone is not a command; \"audit --help\" says what there is.");
        if (input.Words.Count > 1)
        {
            throw TooMuch(input.Words[1]);
        }

        if ((verb, input.Option(Head), input.Option(Before)) is not (
            ("verify", _, null) or ("heads", null, null) or ("prune", null, not null)))
        {
            throw new StartException(verb is "verify" or "heads" or "prune"
                ? $"\"audit {verb}\" does not have these options; \"audit --help\" says which it has."
                : $"\"audit {verb}\" is not a command; \"audit --help\" says what there is.");
        }
    }

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken) => input.Words[0] switch
        {
            "verify" => await VerifyAsync(
                services, input.Option(Head) is { } file ? await ReadHeadsAsync(file, cancellationToken) : [], output, cancellationToken),
            "heads" => await PrintHeadsAsync(services, output, cancellationToken),
            _ => await PruneAsync(services, AuditTimes.Parse(input.Option(Before)!), output, cancellationToken),
        };

    /// <summary>Verifies every chain of an installation.</summary>
    /// <param name="services">Its services.</param>
    /// <param name="recorded">The recorded heads.</param>
    public static async Task<int> VerifyAsync(
        IServiceProvider services, IReadOnlyList<AuditHead> recorded, TextWriter output, CancellationToken cancellationToken)
    {
        var (verifier, broken) = (services.GetRequiredService<AuditVerifier>(), false);
        var names = await NamesAsync(services, cancellationToken);
        foreach (var chain in names.Keys.Union(recorded.Select(x => x.Chain)).Order().ToList())
        {
            var found = await verifier.VerifyAsync(chain, [.. recorded.Where(x => x.Chain == chain)], cancellationToken);
            broken |= !found.IsIntact;
            await output.WriteLineAsync($"{names.GetValueOrDefault(chain) ?? $"chain {chain}"}: {Describe(found)}");
        }

        return broken ? Broken : 0;
    }

    /// <summary>Deletes old rows of every chain of an installation, if all chains are intact.</summary>
    public static async Task<int> PruneAsync(
        IServiceProvider services, DateTimeOffset before, TextWriter output, CancellationToken cancellationToken)
    {
        if (before > services.GetRequiredService<TimeProvider>().GetUtcNow())
        {
            throw new StartException("--before lies in the future.");
        }

        var names = await NamesAsync(services, cancellationToken);
        foreach (var (chain, name) in names)
        {
            var found = await services.GetRequiredService<AuditVerifier>().VerifyAsync(chain, [], cancellationToken);
            if (!found.IsIntact)
            {
                await output.WriteLineAsync($"{name}: {Describe(found)}. Nothing was pruned, in no chain.");
                return Broken;
            }
        }

        foreach (var (chain, name) in names)
        {
            var pruned = await services.GetRequiredService<AuditPruning>().PruneAsync(Actor.System, chain, before, cancellationToken);
            await output.WriteLineAsync(pruned.Value is { } range ? $"{name}: {range.Entries} rows were pruned, up to row {range.To}"
                : $"{name}: nothing to prune");
        }

        return 0;
    }

    static async Task<int> PrintHeadsAsync(IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(services, cancellationToken);
        await using var context = await ContextAsync(services, cancellationToken);
        foreach (var chain in await context.AuditChains.AsNoTracking().Where(x => x.Sequence > 0)
            .OrderBy(x => x.Id).ToListAsync(cancellationToken))
        {
            await output.WriteLineAsync(
                $"{new AuditHead(chain.Id, chain.Sequence, Convert.ToHexStringLower(chain.Hash))} {names.GetValueOrDefault(chain.Id)}");
        }

        return 0;
    }

    static string Describe(AuditVerification found) => found switch
    {
        { IsIntact: true, Head: null } => "no rows",
        { IsIntact: true, First: > 1 } =>
            $"{found.Entries} rows from row {found.First} on are intact, those before were pruned; head {found.Head}",
        { IsIntact: true } => $"{found.Entries} rows are intact; head {found.Head}",
        { Fault: AuditFault.RecordedHead } =>
            $"BROKEN: the recorded head {found.HeadChecks.First(x => x.State == HeadState.Missing).Head} is not in the chain; row {found.Break} is missing or was rewritten",
        _ => $"BROKEN: row {found.Break} was altered, removed or added",
    };

    /// <summary>The names of all chains, by identifier.</summary>
    static async Task<SortedDictionary<long, string>> NamesAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var context = await ContextAsync(services, cancellationToken);
        var slugs = await context.Organizations.Select(x => new { x.Id, x.Slug })
            .ToDictionaryAsync(x => x.Id, x => x.Slug, cancellationToken);
        var chains = await context.AuditChains.Select(x => x.Id).ToListAsync(cancellationToken);
        return new(chains.ToDictionary(
            x => x, x => x == AuditChain.Installation ? "sign-ins" : slugs.GetValueOrDefault(x) ?? $"chain {x}"));
    }

    static Task<DashboardContext> ContextAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync(cancellationToken);

    static async Task<IReadOnlyList<AuditHead>> ReadHeadsAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return AuditHead.FindAll(await File.ReadAllTextAsync(file, cancellationToken)) is { Count: > 0 } heads
                ? heads
                : throw new StartException($"{file} holds no head; \"audit heads\" prints some.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{file} cannot be read: {exception.Message}");
        }
    }
}
