using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Commands;

/// <summary>The command <c>migrate</c>: brings the database to this version without starting the server.</summary>
sealed class MigrateCommand : ConsoleCommand
{
    public override string Name => "migrate";

    public override string Description => "create the database, or bring it to this version, and exit";

    public override string Help => """
        Usage: Dashboard migrate [--Setting:Name=value …]

        Creates the database, or applies the migrations that this version adds, as every start does. Use it to see a
        migration end before nodes start, or to run it under a login that may change tables. Back up first: an older version
        does not open a newer database.
        """;

    public override CommandNeeds Needs => CommandNeeds.Services;

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var before = await AppliedAsync(services, cancellationToken);
        await services.PrepareDatabaseAsync(cancellationToken);
        var applied = (await AppliedAsync(services, cancellationToken)).Except(before, StringComparer.Ordinal).ToList();
        foreach (var migration in applied)
        {
            await output.WriteLineAsync($"Applied: {migration}");
        }

        await output.WriteLineAsync(applied.Count == 0 ? "The database was of this version already." : "The database is of this version.");
        return 0;
    }

    static async Task<List<string>> AppliedAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>()
            .CreateDbContextAsync(cancellationToken);
        return await context.Database.CanConnectAsync(cancellationToken)
            ? [.. await context.Database.GetAppliedMigrationsAsync(cancellationToken)] : [];
    }
}
