namespace Dashboard.Components;

/// <summary>Our icons where MudBlazor asks for one. It wants the inside of an svg and fills it; ours are drawn by their outline.</summary>
static class IconMarkup
{
    /// <param name="shape">One of <see cref="Icons"/>.</param>
    public static string Of(string shape) =>
        $"<path d=\"{shape}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>";
}
