using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Data.SqlServer;

/// <summary>Tests SQL Server without a server. Each operation runs twice: on SQLite, and with the SQL Server provider, whose commands are
/// parsed by Microsoft's parser and answered with the responses of SQLite.</summary>
public abstract class SqlServerCommandsTest : IAsyncDisposable
{
    readonly Services sqlite;
    readonly Services sqlServer;

    protected SqlServerCommandsTest()
    {
        Connection = new(Tape);
        sqlite = World.Run(services =>
            services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(Tape)), ("Database:MaxBatchSize", "1"));
        sqlServer = World.Run(services => services.ConfigureDbContext<SqlServerContext>(options =>
            options.UseSqlServer(Connection)), ("Database:Provider", "SqlServer"), ("DataProtection:KeyPath", "keys"));
    }

    private protected TestInstallation World { get; } = new();

    private protected CommandRecorder Tape { get; } = new();

    private protected RecordedConnection Connection { get; }

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        await Connection.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<string> KeyAsync() =>
        (await World.Services.Keys.CreateAsync(World.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;

    private protected async Task BothAsync<T>(Func<Services, Task<Result<T>>> run) =>
        await RunBothAsync(async services => (await run(services)).Error.OAuthName());

    /// <summary>Runs an operation on SQLite, then again with the SQL Server provider.</summary>
    private protected async Task RunBothAsync<T>(Func<Services, Task<T>> run)
    {
        Connection.Sent.Clear();
        var answered = await run(sqlite);
        var repeated = await run(sqlServer);
        Assert.NotEmpty(Connection.Sent);
        Assert.True(Tape.IsAtItsEnd);
        if (answered is ErrorCode or null or Verdict)
        {
            Assert.Equal(Text(answered), Text(repeated));
        }
    }

    /// <summary>A valid cursor. Without it, the command for the next page would not be sent.</summary>
    private protected static string Next(string? cursor)
    {
        Assert.NotNull(cursor);
        return cursor;
    }

    static string? Text(object? answer) => answer is Verdict verdict ? $"{verdict.Refusal} {verdict.KeyId}" : answer?.ToString();
}
