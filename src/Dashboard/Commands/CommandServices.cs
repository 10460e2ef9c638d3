using Dashboard.Core;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.DataProtection;
using Dashboard.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Commands;

/// <summary>Builds the services of a command as a start does, without the background services and without the server.</summary>
static class CommandServices
{
    /// <summary>Builds the services.</summary>
    /// <param name="settings">The settings among the arguments.</param>
    /// <param name="needs">If it is <see cref="CommandNeeds.Database"/>, the database has to exist and be of this version.</param>
    /// <exception cref="StartException">There is no such database.</exception>
    /// <exception cref="SettingException">A setting cannot be used.</exception>
    public static async Task<ServiceProvider> BuildAsync(
        IReadOnlyList<string> settings, CommandNeeds needs, CancellationToken cancellationToken)
    {
        Globalization.Prepare();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. settings] });
        builder.Configuration.AddShippedSettings();
        SettingsBinder.RefuseUnknown(builder.Configuration, typeof(SettingsBinder).Assembly, typeof(Program).Assembly);
        builder.Logging.ClearProviders();
        builder.Services.AddDashboardCore(builder.Configuration, builder.Environment.ContentRootPath);
        var services = builder.Services.BuildServiceProvider();
        try
        {
            if (needs == CommandNeeds.Database)
            {
                await CheckDatabaseAsync(services, cancellationToken);
            }

            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    static async Task CheckDatabaseAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>()
            .CreateDbContextAsync(cancellationToken);
        if (!await context.Database.CanConnectAsync(cancellationToken)
            || (await context.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            throw new StartException("There is no database of this version; start Latchkey once, or set ConnectionStrings:Dashboard.");
        }

        var used = await context.AuditChains.Where(x => x.KeyId != null).Select(x => x.KeyId!).Distinct().ToListAsync(cancellationToken);
        await services.GetRequiredService<AuditKeys>().CheckAsync(used, cancellationToken);
        services.CheckProtectionKeys();
    }
}
