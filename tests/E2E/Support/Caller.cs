using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A client for a product in another process, with cookies and the headers of its own pages.</summary>
public sealed class Caller : IDisposable
{
    readonly HttpClient http;

    Caller(Uri url)
    {
        http = new(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = url };
        http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
    }

    /// <summary>Signs in as the first owner.</summary>
    public static async Task<Caller> SignInAsync(Uri url, CancellationToken cancellationToken)
    {
        var caller = new Caller(url);
        var answer = await caller.http.PostAsJsonAsync(
            "/api/session", new { email = Product.Email, password = Product.Password }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return caller;
    }

    /// <summary>Creates a key and returns the status and the body.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> CreateKeyAsync(object key, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync("/api/keys", key, cancellationToken);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!);
    }

    /// <summary>Creates a project and returns it as paths and bodies name it.</summary>
    public async Task<string> AddProjectAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync("/api/projects", new { name }, cancellationToken);
        var project = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!;
        return $"{project["organization"]}/{project["slug"]}";
    }

    public Task<HttpResponseMessage> DeleteAsync(string path, CancellationToken cancellationToken) =>
        http.DeleteAsync(path, cancellationToken);

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync<JsonNode>(path, cancellationToken))!;

    /// <summary>Presents a key to the capabilities endpoint and returns the status and the body.</summary>
    public static async Task<(HttpStatusCode Status, JsonNode Body)> PresentAsync(Uri url, string key, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = url };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/capabilities") { Headers = { { "X-API-Key", key } } };
        using var answer = await client.SendAsync(request, cancellationToken);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!);
    }

    public void Dispose() => http.Dispose();
}
