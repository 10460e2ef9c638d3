using Bunit;
using Dashboard.Components;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Tests.Unit.Support;

/// <summary>Tests of pages that are built with MudBlazor: its services, a clock that stands, and a browser that does whatever its script
/// asks.</summary>
public abstract class PageTest : BunitContext
{
    static PageTest() => DefaultWaitTimeout = TimeSpan.FromSeconds(30); // a test waits for a state, however busy the machine is

    protected PageTest()
    {
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddComponents();
        Services.AddScoped<UndoSnackbars>();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    IRenderedComponent<PageHost>? host;

    private protected FakeTimeProvider Clock { get; } = new(new(2026, 11, 21, 14, 7, 0, TimeSpan.Zero));

    /// <summary>Renders a page as MainLayout does: menus, lists, dialogs and snackbars are found in what is returned, as if they stood in
    /// the page. A second page takes the place of the first.</summary>
    protected IRenderedComponent<PageHost> RenderPage<T>(Action<ComponentParameterCollectionBuilder<T>>? parameters = null)
        where T : IComponent
    {
        host ??= Render<PageHost>();
        host.Render(page => page.AddChildContent(""));
        host.Render(page => page.AddChildContent(parameters));
        return host;
    }
}
