using Bunit;
using Dashboard.Ui;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Tests.Unit.Ui;

/// <summary>A page with the UI services, a stopped clock, and fakes for the script's two functions.</summary>
public abstract class UiTest : BunitContext
{
    static UiTest() => DefaultWaitTimeout = TimeSpan.FromSeconds(30); // tests wait for a state, even on a busy machine

    protected UiTest()
    {
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddUi();
        JSInterop.SetupVoid("ui.showDialog", _ => true).SetVoidResult();
        JSInterop.SetupVoid("ui.closeDialog", _ => true).SetVoidResult();
    }

    private protected FakeTimeProvider Clock { get; } = new(new(2026, 11, 21, 14, 7, 0, TimeSpan.Zero));
}
