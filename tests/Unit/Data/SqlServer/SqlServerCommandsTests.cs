using System.Net;
using System.Xml.Linq;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Setup;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Dashboard.Tests.Unit.Data.SqlServer;

[SqliteOnly("records what SQLite answers")]
public sealed class SqlServerCommandsTests : SqlServerCommandsTest
{
    [Fact]
    public void Migrations_are_T_SQL()
    {
        using var context = new SqlServerDesignTime().CreateDbContext([]);
        Assert.NotEmpty(
            TSql.Statements(context.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent)));
        Assert.Equal(
            context.Model.GetEntityTypes().Select(type => type.GetTableName()).Distinct().Order(),
            TSql.Statements(context.Database.GenerateCreateScript()).OfType<CreateTableStatement>()
                .Select(table => table.SchemaObjectName.BaseIdentifier.Value).Order());
    }

    /// <summary>What runs between tests on a real server.</summary>
    [Fact]
    public void Test_databases_are_reset_in_T_SQL() => Assert.NotEmpty(TSql.Statements(SqlServerTestDatabase.WriteReset()));

    [Fact]
    public void Parser_turns_down_what_only_another_database_understands()
    {
        Assert.Throws<FormatException>(() => TSql.Parse("INSERT INTO [A] ([B]) VALUES (1) ON CONFLICT DO NOTHING"));
        Assert.Throws<FormatException>(() => TSql.Parse("SELECT [A] FROM [B] LIMIT 1"));
    }

    [Fact]
    public async Task Feed_is_read_and_cleared_and_first_uses_are_written_in_T_SQL()
    {
        var key = (await World.Services.Keys.CreateAsync(World.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        await ReadAsync();
        await World.Services.Keys.RevokeAsync(World.Developer, key, Token);
        await ReadAsync();
        await RunBothAsync(async services =>
        {
            services.Get<FirstUses>().Note(key, World.Time.GetUtcNow(), IPAddress.Loopback, "raw");
            await services.Get<FirstUses>().FlushAsync(Token);
            return 0;
        });
        World.Time.Advance(TimeSpan.FromDays(8));
        await RunBothAsync(services => services.Get<FeedCleanupService>().ClearAsync(Token));

        Task ReadAsync() => RunBothAsync(async services =>
        {
            await services.Get<ChangeFeed>().ReadAsync(Token);
            return 0;
        });
    }

    [Fact]
    public async Task People_sign_in_and_out_in_T_SQL()
    {
        World.SetPassword(World.Owner, "a lighthouse keeps nine otters");
        await BothAsync(services =>
            services.Get<SignInService>().SignInAsync(new("olga@example.com", "wrong", false, IPAddress.Loopback, "Browser"), Token));
        await BothAsync(services => services.Get<SignInService>()
            .SignInAsync(new("olga@example.com", "a lighthouse keeps nine otters", false, IPAddress.Loopback, "Browser"), Token));
        var actor = World.SignIn(World.Owner);
        await RunBothAsync(services => services.Get<SessionService>().FindLiveAsync(actor.SessionId!, actor.Id, Token));
        await RunBothAsync(services => services.Get<SessionService>().FindStatusAsync(actor.SessionId!, actor.Id, Token));
        await BothAsync(services => services.Get<SessionService>().EndAsync(actor, Token));
        await BothAsync(services => services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Too late"), Token));
    }

    [Fact]
    public async Task Set_up_is_done_in_T_SQL()
    {
        World.Sql("DELETE FROM Members; DELETE FROM AspNetUsers; DELETE FROM OrganizationSlugs; UPDATE Organizations SET Slug = Slug || '-gone'");
        await BothAsync(services => services.Get<SetUpService>()
            .SetUpAsync(Actor.System, new("olga@example.com", "a lighthouse keeps nine otters", "Acme", "Orders"), Token));
        await BothAsync(services => services.Get<SetUpService>()
            .SetUpAsync(Actor.System, new("olga@example.com", "a lighthouse keeps nine otters", "Acme", "Orders"), Token));
    }

    [Fact]
    public async Task Set_up_codes_are_made_tried_and_replaced_in_T_SQL()
    {
        World.Sql("UPDATE Installation SET SetUpAt = NULL");
        await RunBothAsync(services => services.Get<SetUpCode>().GetAsync(Token));
        World.Sql("UPDATE Installation SET WrongSetUpCodes = 8");
        await RunBothAsync(services => services.Get<SetUpCode>().IsRightAsync("wrong", Token));
        await RunBothAsync(services => services.Get<SetUpCode>().IsRightAsync("wrong", Token));
        var code = await World.Services.Get<SetUpCode>().GetAsync(Token); // not recorded
        await RunBothAsync(services => services.Get<SetUpCode>().IsRightAsync(code, Token));
    }

    [Fact]
    public async Task New_audit_key_begins_in_T_SQL()
    {
        await KeyAsync();
        (string, string?)[] settings =
            [(AuditKeys.Setting, Convert.ToBase64String(new byte[32])), (AuditKeys.OldSetting, TestInstallation.AuditKeyText)];
        await using var rotated =
            World.Run(services => services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(Tape)), settings);
        await using var other = World.Run(
            services => services.ConfigureDbContext<SqlServerContext>(options =>
                options.UseSqlServer(Connection)), [("Database:Provider", "SqlServer"), ("DataProtection:KeyPath", "keys"), .. settings]);
        Connection.Sent.Clear();
        await rotated.Provider.PrepareAuditKeysAsync(Token);
        await other.Provider.PrepareAuditKeysAsync(Token);
        Assert.NotEmpty(Connection.Sent);
        Assert.True(Tape.IsAtItsEnd);
    }

    [Fact]
    public async Task Protection_keys_are_stored_in_T_SQL() => await RunBothAsync(services =>
    {
        var repository = new EntityFrameworkCoreXmlRepository<DashboardContext>(services.Provider, NullLoggerFactory.Instance);
        repository.StoreElement(new XElement("key"), "key-1");
        return Task.FromResult(repository.GetAllElements().Count);
    });
}
