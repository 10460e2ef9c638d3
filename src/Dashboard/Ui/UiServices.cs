using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dashboard.Ui;

public static class UiServices
{
    /// <summary>What the components ask for: the clock and, for each person's open page, the toasts.</summary>
    public static IServiceCollection AddUi(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddScoped<ToastService>();
        return services;
    }
}
