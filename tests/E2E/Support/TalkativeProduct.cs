using System.Collections.Concurrent;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A product in a process of its own that logs everything it can.</summary>
public sealed class TalkativeProduct : IAsyncLifetime
{
    int marks;
    readonly ConcurrentBag<string> secrets = [Product.Password];

    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("latchkey-");

    public ProductProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Process = await ProductProcess.StartWithOwnerAsync(
        Folder,
        ("DetailedErrors", "true"), // a page error says what was thrown
        ("Logging:LogLevel:Default", "Trace"),
        ("Logging:LogLevel:Microsoft", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", "Trace"),
        ("Logging:Console:LogLevel:Default", "Trace"));

    /// <summary>The log, whole up to this moment.</summary>
    async Task<string> ReadLogAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = Process.Url };
        var mark = $"/mark-{Interlocked.Increment(ref marks)}-"; // lines are written in the order in which they were logged
        await client.GetAsync(new Uri(mark, UriKind.Relative), cancellationToken);
        return await Process.ReadLogAsync(mark, cancellationToken);
    }

    /// <summary>The log never has this, up to the end of the process.</summary>
    public async Task ExpectSecretAsync(string secret, CancellationToken cancellationToken)
    {
        secrets.Add(secret);
        var log = await ReadLogAsync(cancellationToken);
        Assert.Contains("trce:", log, StringComparison.Ordinal);
        Assert.All(secrets, x => Assert.DoesNotContain(x, log, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await Process.StopAsync(); // what is logged at the end counts too
        await Process.DisposeAsync();
        Folder.Delete(recursive: true);
        Assert.All(secrets, x => Assert.DoesNotContain(x, Process.Log, StringComparison.Ordinal));
    }
}

/// <summary>Tests on one <see cref="TalkativeProduct"/>, one after the other.</summary>
[CollectionDefinition]
public sealed class TalkativeCollection : ICollectionFixture<TalkativeProduct>;
