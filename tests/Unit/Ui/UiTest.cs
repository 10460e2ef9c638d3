using Bunit;
using Dashboard.Ui;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Tests.Unit.Ui;

/// <summary>A page with the kit's services, a clock that stands, and a browser that does what the script's two calls ask.</summary>
public abstract class UiTest : BunitContext
{
    static UiTest() => DefaultWaitTimeout = TimeSpan.FromSeconds(30); // a test waits for a state, however busy the machine is

    protected UiTest()
    {
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddUi();
        JSInterop.SetupVoid("ui.showDialog", _ => true).SetVoidResult();
        JSInterop.SetupVoid("ui.closeDialog", _ => true).SetVoidResult();
    }

    private protected FakeTimeProvider Clock { get; } = new(new(2026, 11, 21, 14, 7, 0, TimeSpan.Zero));
}
