using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using Microsoft.Net.Http.Headers;
using MudBlazor;

namespace Dashboard.Shell;

/// <summary>The theme as a style sheet. MudThemeProvider in a page would write a style element, which the policy refuses, and a palette
/// that the circuit chooses, which flashes. So it is rendered once at the start, for both palettes, and the page's <c>data-theme</c>
/// chooses between them.</summary>
sealed partial class ThemeSheet
{
    const string Path = "/theme.css";

    readonly byte[] plain;
    readonly byte[] compressed;

    ThemeSheet(string css)
    {
        Css = css;
        plain = Encoding.UTF8.GetBytes(css);
        using var stream = new MemoryStream();
        using (var brotli = new BrotliStream(stream, CompressionLevel.SmallestSize))
        {
            brotli.Write(plain);
        }

        compressed = stream.ToArray();
        Href = $"{Path}?v={Convert.ToHexStringLower(SHA256.HashData(plain))[..16]}";
    }

    /// <summary>The sheet as text.</summary>
    public string Css { get; }

    /// <summary>Where pages link to it. The address changes with the content, so browsers keep the sheet.</summary>
    public string Href { get; }

    /// <summary>Renders the sheet.</summary>
    public static async Task<ThemeSheet> CreateAsync()
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton<IJSRuntime, NoScript>().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var css = new StringBuilder();
        css.Append(await RenderAsync(renderer, ":root", dark: false));
        css.Append(await RenderAsync(renderer, ":root[data-theme=dark]", dark: true));
        css.Append("@media (prefers-color-scheme: dark) {\n")
            .Append(await RenderAsync(renderer, ":root[data-theme=system]", dark: true)).Append("}\n");
        return new(css.ToString());
    }

    /// <summary>Answers a request for the sheet.</summary>
    public IResult Get(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (!http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
        {
            return Results.Bytes(plain, "text/css; charset=utf-8");
        }

        headers.ContentEncoding = "br";
        return Results.Bytes(compressed, "text/css; charset=utf-8");
    }

    static Task<string> RenderAsync(HtmlRenderer renderer, string scope, bool dark) => renderer.Dispatcher.InvokeAsync(async () =>
    {
        var theme = LatchkeyTheme.Create();
        theme.PseudoCss = new() { Scope = scope };
        var html = await renderer.RenderComponentAsync<MudThemeProvider>(ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(MudThemeProvider.Theme)] = theme,
            [nameof(MudThemeProvider.IsDarkMode)] = dark,
            [nameof(MudThemeProvider.DefaultScrollbar)] = true,
        }));
        return ThemeStyle.Match(html.ToHtmlString()).Groups["css"] is { Success: true, Value: var css }
            ? css
            : throw new InvalidOperationException("MudThemeProvider rendered no style element with the theme.");
    });

    /// <summary>The style element with the theme; the provider renders another one for charts.</summary>
    [GeneratedRegex("<style[^>]*mud-theme-provider[^>]*>(?<css>.*?)</style>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ThemeStyle { get; }

    /// <summary>There is no page: what the component asks of one when it is disposed is not done.</summary>
    sealed class NoScript : IJSRuntime
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => default;

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => default;
    }
}
