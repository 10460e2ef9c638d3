using System.Text.Json;
using Microsoft.JSInterop;

namespace Dashboard.Shared;

/// <summary>The browser's answer to a request for a passkey.</summary>
/// <param name="Answer">The answer, as JSON; null if there is none.</param>
/// <param name="Error">What to tell the person if there is none.</param>
sealed record PasskeyAnswer(string? Answer, string? Error);

/// <summary>Asks the browser for passkeys from an open page.</summary>
static class PasskeyBrowser
{
    /// <summary>The module that asks.</summary>
    public const string Script = "passkeys.js";

    /// <summary>Makes a new passkey.</summary>
    /// <param name="script">The address of <see cref="Script"/>.</param>
    /// <param name="options">The options of the challenge.</param>
    public static Task<PasskeyAnswer> CreatePasskeyAsync(this IJSRuntime browser, string script, string options) =>
        AskAsync(browser, script, "create", options);

    /// <summary>Uses a passkey.</summary>
    /// <param name="script">The address of <see cref="Script"/>.</param>
    /// <param name="options">The options of the challenge.</param>
    public static Task<PasskeyAnswer> GetPasskeyAsync(this IJSRuntime browser, string script, string options) =>
        AskAsync(browser, script, "get", options);

    static async Task<PasskeyAnswer> AskAsync(IJSRuntime browser, string script, string what, string options)
    {
        await using var module = await browser.InvokeAsync<IJSObjectReference>("import", $"/{script}");
        // The person may take minutes; the browser's own limit ends it.
        var answer = await module.InvokeAsync<JsonElement>(what, Timeout.InfiniteTimeSpan, options);
        return new(Text(answer, "answer"), Text(answer, "error"));
    }

    static string? Text(JsonElement answer, string name) => answer.TryGetProperty(name, out var value) ? value.GetString() : null;
}
