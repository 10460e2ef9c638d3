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

/// <summary>A service graph, as one process has it.</summary>
public sealed class Services(ServiceProvider provider) : IAsyncDisposable
{
    public IServiceProvider Provider => provider;

    public KeyService Keys => Get<KeyService>();

    public KeyListService KeyLists => Get<KeyListService>();

    public ProjectService Projects => Get<ProjectService>();

    public ResourceService Resources => Get<ResourceService>();

    /// <summary>The verifier of a node that has just read the change feed, as a running one does each second, or has just tried to.</summary>
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
                // It verifies with what it knows.
            }

            return Get<Verifier>();
        }
    }

    /// <summary>Reads the change feed, as a running node does each second.</summary>
    public Task ReadFeedAsync()
    {
        Get<VerificationCache>(); // listens from its beginning on
        return Get<ChangeFeed>().ReadAsync(CancellationToken.None);
    }

    public UsageLedger Usage => Get<UsageLedger>();

    public UnitOfWorkRunner Work => Get<UnitOfWorkRunner>();

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    public DashboardContext Open() => Get<IDbContextFactory<DashboardContext>>().CreateDbContext();

    public ValueTask DisposeAsync() => provider.DisposeAsync();
}
