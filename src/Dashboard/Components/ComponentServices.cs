using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor.Services;

namespace Dashboard.Components;

public static class ComponentServices
{
    /// <summary>MudBlazor's services as our pages need them, the clock, and for each open page its snackbars.</summary>
    public static IServiceCollection AddComponents(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddScoped<Snackbars>();
        return services.AddMudServices(settings =>
        {
            settings.SnackbarConfiguration.MaxDisplayedSnackbars = 3;
            settings.SnackbarConfiguration.NewestOnTop = false;
            settings.SnackbarConfiguration.ShowTransitionDuration = 0; // the style sheet moves it
            settings.SnackbarConfiguration.HideTransitionDuration = 0;
            settings.SnackbarConfiguration.ClearAfterNavigation = false;
        });
    }
}
