using Dashboard.Core.Import;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Import;

/// <summary>The import of keys that were issued elsewhere.</summary>
[EveryDatabase]
public sealed class KeyImportTests
{
    static readonly (string Key, string? Value)[] Roomy = [("Keys:MaxActivePerProject", "1000")];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The shapes that other products give their keys; none of them fits a template.</summary>
    [Theory]
    [InlineData("ghp_16C7e42F292c6912E7710c838347Ae178B4a")]
    [InlineData("sk_live_4eC39HqLyjWDarjtT1zdp7dc")]
    [InlineData("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")]
    [InlineData("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")]
    [InlineData("pass=wörd/with+signs==")]
    public async Task Key_of_another_product_verifies_after_its_import(string raw)
    {
        await using var world = new TestInstallation(Roomy);
        Assert.Equal(RefusalCode.MalformedKey, (await AskAsync(world, raw)).Refusal);
        var imported = await ImportAsync(world, world.Admin, [
            new(Hex(raw), "mobile app", KeyEnvironment.Test, ["read"], ExpiresAt: TestInstallation.Start.AddDays(2),
                LastUsedAt: TestInstallation.Start.AddDays(-3), Prefix: "ghp_16C7")]);
        var verdict = await AskAsync(world, raw);
        Assert.Null(verdict.Refusal);
        Assert.Equal((Assert.Single(imported.Value.KeyIds), KeyEnvironment.Test, TestInstallation.Orders), (
            verdict.Principal!.KeyId, verdict.Principal.Environment, verdict.Principal.Project));
        Assert.Equal(["read"], verdict.Principal.Permissions);
        var shown = (await world.Services.Keys.GetAsync(world.Viewer, imported.Value.KeyIds[0], Token)).Value;
        Assert.Equal(("mobile app", "ghp_16C7", TestInstallation.Start.AddDays(-3), world.Admin.Id), (
            shown.Name, shown.Prefix, shown.LastUsedAt, shown.Owner.Id));
        world.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(RefusalCode.ExpiredKey, (await AskAsync(world, raw)).Refusal);
        Assert.True((await world.Services.Keys.RevokeAsync(world.Admin, imported.Value.KeyIds[0], Token)).Succeeded);
        Assert.Equal(RefusalCode.RevokedKey, (await AskAsync(world, raw)).Refusal);
    }

    [Fact]
    public async Task Every_error_is_named_by_row_and_a_dry_run_finds_the_same()
    {
        await using var world = new TestInstallation(Roomy);
        Assert.True((await world.Services.Get<KeyImportService>()
            .ImportAsync(world.Stranger, new(TestInstallation.Billing, [new(Hex("theirs"), "their key")]), Token)).Succeeded);
        var before = world.Dump();
        ImportedKey[] keys =
        [
            new(Hex("good"), "a good one"),
            new("abc", "\u0007", Permissions: ["fly"], Resources: ["planet:x"], ExpiresAt: TestInstallation.Start,
                LastUsedAt: TestInstallation.Start.AddSeconds(1), Prefix: "has space", Note: new('x', 501)),
            new(Hex("theirs"), "taken"),
            new(Hex("good"), "again", Resources: ["workflow:none"]),
            new(Hex("my-secret-1"), "my-secret-1", Prefix: "my-secret-1", Note: " my-secret-1 "),
        ];
        foreach (var isDryRun in new[] { true, false })
        {
            var refused = await ImportAsync(world, world.Admin, keys, isDryRun);
            Assert.Equal(ErrorCode.InvalidRequest, refused.Error!.Code);
            Assert.Equal(
                [
                    "keys[1].expires_at", "keys[1].hash", "keys[1].last_used_at", "keys[1].name",
                    "keys[1].note", "keys[1].permissions", "keys[1].prefix", "keys[1].resources",
                    "keys[2].hash", "keys[3].hash", "keys[3].resources", "keys[4].name", "keys[4].note", "keys[4].prefix",
                ],
                refused.Error.Errors!.Keys.Order(StringComparer.Ordinal));
            Assert.Equal("This key is stored already.", refused.Error.Errors!["keys[2].hash"]);
        }

        Assert.Empty((await ImportAsync(world, world.Admin, keys[..1], isDryRun: true)).Value.KeyIds);
        Assert.Equal(before, world.Dump());
    }

    [Fact]
    public async Task Stored_hash_is_the_same_error_whoever_owns_it()
    {
        await using var world = new TestInstallation(Roomy);
        var minted =
            (await world.Services.Keys.CreateAsync(
                world.Owner, new(TestInstallation.Orders, "ours", KeyEnvironment.Test), Token)).Value.Secret.Reveal();
        Assert.True((await world.Services.Get<KeyImportService>()
            .ImportAsync(world.Stranger, new(TestInstallation.Billing, [new(Hex("theirs"), "their key")]), Token)).Succeeded);
        var refused = await ImportAsync(world, world.Admin, [new(Hex(minted), "a"), new(Hex("theirs"), "b")]);
        Assert.Single(refused.Error!.Errors!.Values.Distinct(StringComparer.Ordinal));
        Assert.Equal(2, refused.Error.Errors!.Count);
    }

    [Fact]
    public async Task Keys_that_the_project_has_are_skipped_if_wanted_and_those_of_others_are_not()
    {
        await using var world = new TestInstallation(("Keys:MaxActivePerProject", "3"));
        Assert.True((await world.Services.Get<KeyImportService>()
            .ImportAsync(world.Stranger, new(TestInstallation.Billing, [new(Hex("theirs"), "their key")]), Token)).Succeeded);
        var first = (await ImportAsync(world, world.Admin, [new(Hex("a"), "key a"), new(Hex("b"), "key b")])).Value;
        Assert.True((await world.Services.Keys.RevokeAsync(world.Admin, first.KeyIds[0], Token)).Succeeded);
        ImportedKey[] all = [new(Hex("a"), ""), new(Hex("c"), "key c"), new(Hex("b"), "key b"), new(Hex("d"), "key d")];
        Task<Result<KeyImportResult>> AgainAsync(IReadOnlyList<ImportedKey> keys, bool isDryRun) => world.Services.Get<KeyImportService>()
            .ImportAsync(world.Admin, new(TestInstallation.Orders, keys, IsDryRun: isDryRun) { SkipsExisting = true }, Token);

        Assert.Equal(["keys[4].hash"], (await AgainAsync([.. all, new(Hex("theirs"), "b")], isDryRun: false)).Error!.Errors!.Keys);
        var dry = (await AgainAsync(all, isDryRun: true)).Value;
        Assert.Empty(dry.KeyIds);
        Assert.Equal([0, 2], dry.Skipped);
        var again = (await AgainAsync(all, isDryRun: false)).Value; // and they fit: only what is added counts
        Assert.Equal(2, again.KeyIds.Count);
        Assert.Equal([0, 2], again.Skipped);
        Assert.Equal(again.KeyIds[0], (await AskAsync(world, "c")).Principal!.KeyId);
        Assert.Equal(RefusalCode.RevokedKey, (await AskAsync(world, "a")).Refusal);
        Assert.Equal(0, await world.Services.Get<KeyCountService>().CheckAsync(Token));
        Assert.Equal([0, 1, 2, 3], (await AgainAsync(all, isDryRun: false)).Value.Skipped);
        Assert.Equal(0, await world.Services.Get<KeyCountService>().CheckAsync(Token));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(KeyImport.MaxBefore + 1, true)]
    [InlineData(1, false)]
    public async Task Count_of_earlier_parts_is_bounded_and_belongs_to_a_dry_run(int before, bool isDryRun)
    {
        await using var world = new TestInstallation(Roomy);
        var refused = await world.Services.Get<KeyImportService>().ImportAsync(
            world.Admin, new(TestInstallation.Orders, [new(Hex("a"), "key a")], IsDryRun: isDryRun) { Before = before }, Token);
        Assert.Equal(["before"], refused.Error!.Errors!.Keys);
    }

    [Fact]
    public async Task Imports_at_once_of_one_hash_give_one_key()
    {
        await using var world = new TestInstallation(Roomy);
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(
            i => Task.Run(() => ImportAsync(world, world.Admin, [new(Hex("same"), $"key {i}"), new(Hex($"own {i}"), "own")]), Token)));
        Assert.Single(results, result => result.Succeeded);
        Assert.All(results.Where(result => !result.Succeeded), result =>
            Assert.Equal("This key is stored already.", result.Error!.Errors!["keys[0].hash"]));
        await using var context = world.Open();
        Assert.Equal(
            (2, 2), (await context.Keys.CountAsync(Token), await context.Projects.Where(x => x.Slug == "orders")
                .Select(x => x.ActiveKeys).SingleAsync(Token)));
    }

    [Fact]
    public async Task Imported_keys_count_toward_the_limit()
    {
        await using var world = new TestInstallation();
        Assert.True((await ImportAsync(
            world, world.Admin, [.. Enumerable.Range(0, 9).Select(i => new ImportedKey(Hex($"key {i}"), "key"))])).Succeeded);
        ImportedKey[] two = [new(Hex("tenth"), "key"), new(Hex("eleventh"), "key")];
        Assert.Equal(ErrorCode.KeyLimitReached, (await ImportAsync(world, world.Admin, two, isDryRun: true)).Error?.Code);
        Assert.Equal(ErrorCode.KeyLimitReached, (await ImportAsync(world, world.Admin, two)).Error?.Code);
        Assert.True((await ImportAsync(world, world.Admin, two[..1])).Succeeded);
        Assert.Equal(
            ErrorCode.KeyLimitReached, (await world.Services.Keys.CreateAsync(
                world.Admin, new(TestInstallation.Orders, "new", KeyEnvironment.Test), Token)).Error?.Code);
        Assert.Equal(0, await world.Services.Get<KeyCountService>().CheckAsync(Token));
    }

    [Fact]
    public async Task Imported_keys_never_count_where_the_setting_says_so()
    {
        await using var world = new TestInstallation(("Keys:CountImported", "false"));
        var imported =
            await ImportAsync(
                world, world.Admin, [.. Enumerable.Range(0, 20)
                    .Select(i => new ImportedKey(Hex($"key {i}"), "key", ExpiresAt: TestInstallation.Start.AddHours(1)))]);
        Assert.Equal(20, imported.Value.KeyIds.Count);
        Assert.Equal(0, (await world.Services.Keys.AllowanceAsync(world.Admin, TestInstallation.Orders, Token)).Value.Used);
        Assert.True((
            await world.Services.Keys.CreateAsync(world.Admin, new(TestInstallation.Orders, "new", KeyEnvironment.Test), Token)).Succeeded);
        world.Time.Advance(TimeSpan.FromHours(2));
        Assert.True((
            await world.Services.Keys.ChangeAsync(world.Admin, imported.Value.KeyIds[0], new(ExpiresAt: Expiry.Never), Token)).Succeeded);
        Assert.True((await world.Services.Keys.RevokeAsync(world.Admin, imported.Value.KeyIds[1], Token)).Succeeded);
        Assert.Equal(0, await world.Services.Get<KeyCountService>().CheckAsync(Token));
        await world.Services.Get<KeyCountService>().RecountAsync(Token);
        Assert.Equal(1, (await world.Services.Keys.AllowanceAsync(world.Admin, TestInstallation.Orders, Token)).Value.Used);
    }

    [Fact]
    public async Task Live_keys_that_write_need_a_fresh_proof_of_presence()
    {
        await using var world = new TestInstallation(Roomy);
        var admin = world.SignIn(world.Admin);
        world.Time.Advance(TimeSpan.FromMinutes(16));
        ImportedKey[] writing = [new(Hex("a"), "read", Permissions: ["read"]), new(Hex("b"), "write")];
        Assert.Equal(ErrorCode.FreshSignInRequired, (await ImportAsync(world, admin, writing)).Error?.Code);
        Assert.True((await ImportAsync(world, admin, writing, isDryRun: true)).Succeeded);
        Assert.True((await ImportAsync(world, admin, [writing[0], writing[1] with { Environment = KeyEnvironment.Test }])).Succeeded);
        Assert.True((await ImportAsync(world, world.SignIn(world.Admin), [new(Hex("c"), "write")])).Succeeded);
    }

    [Fact]
    public async Task Policies_of_the_organization_hold_for_live_keys()
    {
        await using var world = new TestInstallation(Roomy);
        await world.Services.Get<OrganizationService>().ChangeAsync(
            world.Owner, "acme", new(Policies: before => before with { MaxLiveKeyDays = 90, LiveKeysNeedAllowList = true }), Token);
        var errors =
            (await ImportAsync(world, world.Admin, [new(Hex("a"), "live"), new(Hex("b"), "test", KeyEnvironment.Test)])).Error?.Errors;
        Assert.Equal(["keys[0].allowed_ips", "keys[0].expires_at"], errors?.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Service_account_owns_the_keys_and_limits_them()
    {
        await using var world = new TestInstallation(Roomy);
        var account =
            (await world.Services.Get<ServiceAccountService>().CreateAsync(
                world.Owner, new("gateway", Permissions: ["verify", "read"], Projects: ProjectChoice.All), Token)).Value.Account.Id;
        Task<Result<KeyImportResult>> RunAsync(string id, params ImportedKey[] keys) =>
            world.Services.Get<KeyImportService>().ImportAsync(world.Admin, new(TestInstallation.Orders, keys, id), Token);
        Assert.StartsWith(
            "This service account does not have the permission write.",
            (await RunAsync(account, new ImportedKey(Hex("a"), "key a", Permissions: ["write"]))).Error!.Errors!["keys[0].permissions"],
            StringComparison.Ordinal);
        Assert.True((
            await RunAsync(account, new ImportedKey(Hex("a"), "key a", KeyEnvironment.Test, ["verify"]),
                new ImportedKey(Hex("b"), "key b", KeyEnvironment.Test))).Succeeded);
        Assert.Equal((PartyType.ServiceAccount, account), (
            (await AskAsync(world, "a")).Principal!.Owner.Type, (await AskAsync(world, "b")).Principal!.Owner.Id));
        Assert.Equal(["read"], (await AskAsync(world, "b")).Principal!.Permissions);
        Assert.Contains("service_account_id", (await RunAsync("sa_none", new ImportedKey(Hex("c"), "key c"))).Error!.Errors!.Keys);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(501)]
    public async Task Number_of_rows_is_bounded(int rows)
    {
        await using var world = new TestInstallation();
        Assert.Equal(
            "Send 1 to 500 keys.",
            (await ImportAsync(world, world.Admin,
                [.. Enumerable.Range(0, rows).Select(i => new ImportedKey(Hex($"{i}"), "key"))])).Error?.Errors?["keys"]);
    }

    [Theory]
    [InlineData("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", true)]
    [InlineData("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", true)]
    [InlineData("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", true)]
    [InlineData(" ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0= ", true)]
    [InlineData("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0==", false)]
    [InlineData("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa", false)]
    [InlineData("g9g816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", false)]
    [InlineData("", false)]
    public void Hash_is_read_in_hex_and_base64(string text, bool isHash) =>
        Assert.Equal(isHash ? Hex("abc") : null, KeyImportService.ParseHash(text) is { } hash ? Convert.ToHexStringLower(hash) : null);

    internal static string Hex(string raw) => Convert.ToHexStringLower(KeyHash.Of(raw));

    internal static async Task<Core.Credentials.Verdict> AskAsync(TestInstallation world, string raw) =>
        await world.Services.Verifier.VerifyAsync(PresentedKeys.Key(raw), Core.Credentials.AccessRequirement.None, null, Token);

    static Task<Result<KeyImportResult>> ImportAsync(
        TestInstallation world, Actor actor, IReadOnlyList<ImportedKey> keys, bool isDryRun = false) =>
        world.Services.Get<KeyImportService>().ImportAsync(actor, new(TestInstallation.Orders, keys, IsDryRun: isDryRun), Token);
}
