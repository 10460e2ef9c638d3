namespace Dashboard.Shell;

static class ThemeSheetEndpoint
{
    /// <summary>Renders the theme and registers it for the pages, which link to it.</summary>
    public static async Task AddThemeSheetAsync(this IServiceCollection services) => services.AddSingleton(await ThemeSheet.CreateAsync());

    /// <summary>Maps the sheet. Everybody may read it: the sign-in page needs it.</summary>
    public static void MapThemeSheet(this WebApplication app)
    {
        var sheet = app.Services.GetRequiredService<ThemeSheet>();
        app.MapGet(sheet.Href[..sheet.Href.IndexOf('?', StringComparison.Ordinal)], sheet.Get).AllowAnonymous().ExcludeFromDescription();
    }
}
