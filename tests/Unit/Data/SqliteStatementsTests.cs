using System.Data;
using System.Globalization;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Tests.Unit.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;
using Xunit;

namespace Dashboard.Tests.Unit.Data;

[SqliteOnly("The connection that writes to the embedded database.")]
public sealed class SqliteStatementsTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_that_is_repeated_prepares_no_statement_again()
    {
        await CreateKeyAsync();
        var prepared = 0;
        await UseAsync(context =>
        {
            // Each statement that reads or writes a table asks for permission when it is prepared. To set this makes all prepare once more.
            raw.sqlite3_set_authorizer(Connection(context).Handle, Permit, null);
            return Task.FromResult(0);

            int Permit(object data, int action, utf8z first, utf8z second, utf8z database, utf8z trigger)
            {
                prepared += action is raw.SQLITE_READ or raw.SQLITE_UPDATE or raw.SQLITE_INSERT ? 1 : 0;
                return raw.SQLITE_OK;
            }
        });
        await CreateKeyAsync();
        Assert.NotEqual(0, prepared);
        prepared = 0;
        await CreateKeyAsync();
        Assert.Equal(0, prepared);
        await using var context = world.Open();
        Assert.Equal(3, await context.Keys.Select(x => x.KeyId).Distinct().CountAsync(Token));
    }

    [Fact]
    public async Task Statement_that_is_being_read_can_be_read_again()
    {
        var seen = await UseAsync(async context =>
        {
            var slugs = new List<string>();
            await foreach (var outer in Slugs(context).AsAsyncEnumerable().WithCancellation(Token))
            {
                slugs.Add(outer);
                slugs.AddRange(await Slugs(context).ToListAsync(Token));
            }

            return slugs;
        });
        Assert.Equal(["acme", "acme", "globex", "globex", "acme", "globex"], seen);

        static IQueryable<string> Slugs(DashboardContext context) => context.Organizations.Select(x => x.Slug).OrderBy(x => x);
    }

    [Fact]
    public async Task Connection_is_closed_after_a_failure_and_the_next_change_opens_one()
    {
        await CreateKeyAsync();
        SqliteConnection? failed = null;
        await Assert.ThrowsAsync<InvalidOperationException>(() => UseAsync<int>(context =>
        {
            failed = Connection(context);
            throw new InvalidOperationException();
        }));
        Assert.Equal(ConnectionState.Closed, failed!.State);
        await CreateKeyAsync();
        Assert.NotEqual(0, await UseAsync(context => Task.FromResult(Memory(context))));
    }

    [Fact]
    public async Task Number_of_statements_is_bounded()
    {
        var (few, most) = (0, 0);
        await UseAsync(async context =>
        {
            for (var i = 100; i < 1000; i++)
            {
                var statement = string.Create(CultureInfo.InvariantCulture, $"SELECT {i}");
                await context.Database.ExecuteSqlRawAsync(statement, Token);
                few = i < 200 ? Memory(context) : few;
                most = Math.Max(most, Memory(context));
            }

            return 0;
        });
        Assert.InRange(most, few, 2 * few);
    }

    [Fact]
    public async Task Connection_is_closed_with_the_process()
    {
        var process = world.Run();
        var connection = await process.Get<WriterContexts>().UseAsync(null, context => Task.FromResult(Connection(context)), Token);
        Assert.Equal(ConnectionState.Open, connection.State);
        await process.DisposeAsync();
        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    Task<T> UseAsync<T>(Func<DashboardContext, Task<T>> use) => world.Services.Get<WriterContexts>().UseAsync(null, use, Token);

    async Task CreateKeyAsync() => Assert.Null(
        (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "backend"), Token)).Error);

    static SqliteConnection Connection(DashboardContext context) => (SqliteConnection)context.Database.GetDbConnection();

    /// <summary>The memory of the prepared statements, in bytes.</summary>
    static int Memory(DashboardContext context)
    {
        Assert.Equal(
            raw.SQLITE_OK, raw.sqlite3_db_status(Connection(context).Handle, raw.SQLITE_DBSTATUS_STMT_USED, out var used, out _, 0));
        return used;
    }
}
