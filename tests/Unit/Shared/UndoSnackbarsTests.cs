using Bunit;
using Dashboard.Core.Changes;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Xunit;

namespace Dashboard.Tests.Unit.Shared;

[EveryDatabase]
public sealed class UndoSnackbarsTests : PageTest
{
    readonly TestInstallation world = new();

    public UndoSnackbarsTests() => Services.AddSingleton(world.Services.Get<ChangeFeed>());

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Undo_of_several_ends_when_one_of_them_changes_again()
    {
        string[] keys = [await AddAsync("one"), await AddAsync("two"), await AddAsync("three")];
        var page = RenderPage<MudDivider>();
        var undos = Services.GetRequiredService<UndoSnackbars>();
        await page.InvokeAsync(() => undos.ShowMany([.. keys[..2].Select(Subject)], "Disabled 2 keys", () => Task.CompletedTask));
        await page.InvokeAsync(() => undos.Show(Subject(keys[2]), "Disabled three", () => Task.CompletedTask));
        Assert.Equal(["Disabled 2 keys", "Disabled three"], page.SnackbarTexts());
        await world.Services.Keys.ChangeAsync(world.Owner, keys[1], new(Name: "second"), Xunit.TestContext.Current.CancellationToken);
        page.WaitForAssertion(() => Assert.Equal(["Disabled three"], page.SnackbarTexts()));
        await page.InvokeAsync(() => undos.Show(Subject(keys[2]), "Enabled three", () => Task.CompletedTask));
        Assert.Equal(["Enabled three"], page.SnackbarTexts()); // one offer at a time
        await world.Services.Keys.RevokeAsync(world.Owner, keys[2], Xunit.TestContext.Current.CancellationToken);
        page.WaitForAssertion(() => Assert.Empty(page.SnackbarTexts()));
    }

    static FeedSubject Subject(string key) => new(FeedSubject.Key, key);

    async Task<string> AddAsync(string name) =>
        (await world.Services.Keys.CreateAsync(
            world.Owner, new(TestInstallation.Orders, name), Xunit.TestContext.Current.CancellationToken)).Value.Key.KeyId;
}
