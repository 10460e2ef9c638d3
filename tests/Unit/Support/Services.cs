using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Projects;
using Dashboard.Core.Usage;
using Dashboard.Core.Verification;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Tests.Unit.Support;

/// <summary>The services of one process.</summary>
public sealed class Services(ServiceProvider provider) : IAsyncDisposable
{
    public IServiceProvider Provider => provider;

    public KeyService Keys => Get<KeyService>();

    public KeyListService KeyLists => Get<KeyListService>();

    public ProjectService Projects => Get<ProjectService>();

    public ResourceService Resources => Get<ResourceService>();

    /// <summary>The verifier, after an attempt to read the change feed, as a running node does every second.</summary>
    public Verifier Verifier
    {
        get
        {
            try
            {
                ReadFeedAsync().GetAwaiter().GetResult();
            }
            catch (Exception exception) when (Outages.Caused(exception))
            {
                // The verifier works with its cached state.
            }

            return Get<Verifier>();
        }
    }

    /// <summary>Reads the change feed, as a running node does every second.</summary>
    public Task ReadFeedAsync()
    {
        Get<VerificationCache>(); // subscribes when it is created
        return Get<ChangeFeed>().ReadAsync(CancellationToken.None);
    }

    public UsageLedger Usage => Get<UsageLedger>();

    public UnitOfWorkRunner Work => Get<UnitOfWorkRunner>();

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    public DashboardContext Open() => Get<IDbContextFactory<DashboardContext>>().CreateDbContext();

    public ValueTask DisposeAsync() => provider.DisposeAsync();
}
