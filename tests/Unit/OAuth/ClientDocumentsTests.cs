using System.Net;
using System.Text;
using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>Clients whose id is the URL of a document that describes them.</summary>
[EveryDatabase]
public sealed class ClientDocumentsTests : IAsyncLifetime
{
    const string Url = "https://app.example.com/oauth/client.json";

    readonly TestInstallation world = new();
    DocumentServer server = null!;
    Services services = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static object Document =>
        new
        {
            client_id = Url,
            client_name = "Desk assistant",
            redirect_uris = new[] { OAuthFlow.Callback },
            grant_types = new[] { "authorization_code", "refresh_token", "implicit" },
            token_endpoint_auth_method = "none"
        };

    public async ValueTask InitializeAsync()
    {
        server = await DocumentServer.StartAsync(Token);
        server.Serve(Document);
        services = world.Run(others => others.AddSingleton<ClientDocumentNetwork>(server));
    }

    public async ValueTask DisposeAsync()
    {
        await world.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Described_client_gets_tokens_without_registration_and_is_known_by_its_host()
    {
        var request = (await services.Get<AuthorizationRequests>()
            .CheckAsync(world.Developer, OAuthFlow.Authorize(Url), OAuthFlow.Origin.Issuer, Token)).Request!;
        Assert.Equal(("app.example.com", "Desk assistant", ClientKind.Described, true), (
            request.Client.Name, request.Client.ClaimedName, request.Client.Kind, request.Client.IsUnverified));
        var code = await services.CodeAsync(world.Developer, Url);
        var issued = (await services.ExchangeAsync(Url, code)).Value;
        Assert.Equal(Url, new JsonWebToken(issued.AccessToken.Reveal()).GetClaim("client_id").Value);
        Assert.Null((await services.AskAsync(issued.AccessToken.Reveal())).Refusal);
        var refreshed = (await services.RefreshAsync(Url, issued.RefreshToken!.Reveal())).Value;
        Assert.Equal([DocumentServer.PublicAddress], server.Connected); // the document is kept, and tokens need none

        var listed = Assert.Single((await services.Get<AuthorizationService>().ListAsync(world.Developer, new(), Token)).Value.Items);
        Assert.Equal((Url, "app.example.com", false), (listed.ClientId, listed.ClientName, listed.IsVerified));
        var account = await world.AccountAsync(["verify"]);
        foreach (var secret in new[] { refreshed.AccessToken, refreshed.RefreshToken! })
        {
            var body = OAuthFlow.Body(("token", secret.Reveal()), ("client_id", account.ClientId), ("client_secret", account.Secret));
            var answer = await services.Get<Introspection>()
                .AskAsync(body, PresentedClient.Read([], body).Value, default, null, OAuthFlow.Origin, Token);
            Assert.Equal(Url, answer.Facts!.ClientId);
        }
    }

    [Fact]
    public async Task Approval_brings_the_stored_client_up_to_date()
    {
        await services.CodeAsync(world.Developer, Url);
        server.Serve(
            new { client_id = Url, redirect_uris = new[] { OAuthFlow.Callback, "https://app.example.com/cb" }, scope = "read:workflows" });
        world.Time.Advance(TimeSpan.FromMinutes(6));
        await services.CodeAsync(world.Developer, Url);
        await using var context = world.Open();
        var row = Assert.Single(context.RegisteredClients);
        Assert.Equal(($"{OAuthFlow.Callback}\nhttps://app.example.com/cb", "read:workflows", Url, "app.example.com"), (
            row.RedirectUris, row.Scope, row.ClientUri, row.Name));
        Assert.Null(await services.Get<OAuthClients>().FindAsync(row.ClientId, Token)); // the stored id is no client's
        Assert.NotNull(await services.Get<OAuthClients>().FindAsync(Url, Token));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.9.9")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("198.18.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:db8::1")]
    public async Task Name_that_resolves_to_a_private_or_local_address_is_not_connected_to(string address)
    {
        server.Addresses = [IPAddress.Parse(address)];
        await IsRefusedAsync(Url);
        Assert.Empty(server.Connected);
        server.Addresses = [IPAddress.Parse(address), DocumentServer.PublicAddress];
        Assert.Null((await services.Get<ClientDocuments>().FindAsync(Url, Token)).Error);
        Assert.Equal([DocumentServer.PublicAddress], server.Connected);
    }

    [Theory]
    [InlineData("https://127.0.0.1/client.json")]
    [InlineData("https://10.0.0.1/client.json")]
    [InlineData("https://[::1]/client.json")]
    [InlineData("https://[::ffff:127.0.0.1]/client.json")]
    [InlineData("https://2130706433/client.json")]
    [InlineData("https://0x7f.1/client.json")]
    [InlineData("https://localhost/client.json")]
    [InlineData("https://localhost:6379/client.json")]
    public async Task Document_at_a_private_or_local_address_is_not_fetched(string url)
    {
        await IsRefusedAsync(url);
        Assert.Empty(server.Connected);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_is_not_followed(int status)
    {
        server.Answer = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = http.Request.Path == "/oauth/client.json"
                ? "https://app.example.com/other.json" : "https://127.0.0.1/";
            return Task.CompletedTask;
        };
        await IsRefusedAsync(Url);
        Assert.Equal(["/oauth/client.json"], server.Requested);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Document_larger_than_5_KB_is_refused(bool saysSo)
    {
        var text = $$"""{"client_id": "{{Url}}", "redirect_uris": ["{{OAuthFlow.Callback}}"], "x": "{{new string('x', ClientDocuments.MaxBytes)}}"}""";
        server.Answer = http =>
        {
            http.Response.ContentLength = saysSo ? text.Length : null;
            return http.Response.WriteAsync(text);
        };
        await IsRefusedAsync(Url);
        server.Answer = http => http.Response.WriteAsync(text.Replace("xxxxxxxxxx", "", StringComparison.Ordinal));
        Assert.Null((await services.Get<ClientDocuments>().FindAsync(Url, Token)).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Document_that_takes_longer_than_5_seconds_is_refused(bool begins)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Answer = async http =>
        {
            if (begins)
            {
                await http.Response.WriteAsync("{", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }

            arrived.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted)
                .ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var fetching = services.Get<ClientDocuments>().FindAsync(Url, Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        world.Time.Advance(ClientDocuments.Patience - TimeSpan.FromMilliseconds(1));
        Assert.False(fetching.IsCompleted);
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("invalid_client", (await fetching).Error.OAuthName());
    }

    [Theory]
    [InlineData("""{"client_id": "https://app.example.com/oauth/other.json", "redirect_uris": ["http://127.0.0.1/callback"]}""")]
    [InlineData("""{"client_id": "HTTPS://app.example.com/oauth/client.json", "redirect_uris": ["http://127.0.0.1/callback"]}""")]
    [InlineData("""{"client_id": ["https://app.example.com/oauth/client.json"], "redirect_uris": ["http://127.0.0.1/callback"]}""")]
    [InlineData("""{"redirect_uris": ["http://127.0.0.1/callback"]}""")]
    [InlineData("""{"client_id": "https://app.example.com/oauth/client.json"}""")]
    [InlineData("""{"client_id": "https://app.example.com/oauth/client.json", "redirect_uris": ["javascript:alert(1)"]}""")]
    [InlineData("""{"client_id": "https://app.example.com/oauth/client.json", "redirect_uris": ["http://127.0.0.1/callback"], "grant_types": ["client_credentials"]}""")]
    [InlineData("""["https://app.example.com/oauth/client.json"]""")]
    [InlineData("<html>")]
    [InlineData("")]
    public async Task Document_that_describes_no_usable_client_is_refused(string text)
    {
        server.Answer = http => http.Response.WriteAsync(text, Encoding.UTF8);
        await IsRefusedAsync(Url);
    }

    [Fact]
    public async Task Answer_other_than_200_is_refused_and_asked_for_again()
    {
        server.Answer = http =>
        {
            http.Response.StatusCode = 404;
            return http.Response.WriteAsJsonAsync(Document);
        };
        await IsRefusedAsync(Url);
        server.Serve(Document);
        Assert.Null((await services.Get<ClientDocuments>().FindAsync(Url, Token)).Error);
    }

    [Theory]
    [InlineData(null, null, 300)]
    [InlineData("Cache-Control", "no-store", 300)]
    [InlineData("Cache-Control", "max-age=10", 300)]
    [InlineData("Cache-Control", "max-age=3600", 3600)]
    [InlineData("Cache-Control", "max-age=864000", 86400)]
    [InlineData("Expires", "Mon, 01 Jan 2125 00:00:00 GMT", 86400)]
    public async Task Document_is_kept_by_its_headers_for_five_minutes_to_a_day(string? name, string? value, int seconds)
    {
        server.Serve(Document, name is null ? [] : [(name, value!)]);
        var documents = services.Get<ClientDocuments>();
        await documents.FindAsync(Url, Token);
        world.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
        await documents.FindAsync(Url, Token);
        Assert.Single(server.Requested);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await documents.FindAsync(Url, Token);
        Assert.Equal(2, server.Requested.Count);
    }

    [Theory]
    [InlineData("http://app.example.com/oauth/client.json")]
    [InlineData("https://app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com/?x=/y")]
    [InlineData("https://user@app.example.com/oauth/client.json")]
    [InlineData("https://app.example.com/oauth/../client.json")]
    [InlineData("https://app.example.com/oauth/%2e%2e/client.json")]
    [InlineData("https://app.example.com/oauth/client.json#x")]
    [InlineData("HTTPS://app.example.com/oauth/client.json")]
    public async Task Other_client_id_names_no_document(string clientId)
    {
        Assert.NotNull(
            (await services.Get<AuthorizationRequests>()
                .CheckAsync(world.Developer, OAuthFlow.Authorize(clientId), OAuthFlow.Origin.Issuer, Token)).Shown);
        Assert.Empty(server.Requested);
    }

    [Fact]
    public async Task Redirect_uris_of_the_document_are_held_to_the_rules()
    {
        var check = await services.Get<AuthorizationRequests>().CheckAsync(
            world.Developer, OAuthFlow.Body(("client_id", Url), ("response_type", "code"),
                ("redirect_uri", "https://evil.example/"), ("code_challenge", OAuthFlow.Challenge), ("code_challenge_method", "S256")),
            OAuthFlow.Origin.Issuer, Token);
        Assert.NotNull(check.Shown);
        var scopes = await services.Get<AuthorizationRequests>()
            .CheckAsync(world.Developer, OAuthFlow.Authorize(Url, "api"), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal("invalid_scope", scopes.Shown!.Name);
        Assert.Contains("error=invalid_scope", scopes.Back!.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_can_be_switched_off()
    {
        var code = await services.CodeAsync(world.Developer, Url);
        var off = world.Run(others => others.AddSingleton<ClientDocumentNetwork>(server), ("OAuth:ClientMetadataDocuments", "false"));
        server.Requested.Clear();
        Assert.NotNull(
            (await off.Get<AuthorizationRequests>()
                .CheckAsync(world.Developer, OAuthFlow.Authorize(Url), OAuthFlow.Origin.Issuer, Token)).Shown);
        Assert.Empty(server.Requested);
        Assert.Equal("invalid_client", (await off.ExchangeAsync(Url, code)).Error.OAuthName());
        Assert.Null((await services.ExchangeAsync(Url, code)).Error);
    }

    async Task IsRefusedAsync(string url)
    {
        var check = await services.Get<AuthorizationRequests>()
            .CheckAsync(world.Developer, OAuthFlow.Authorize(url), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal((null, null), (check.Request, check.Redirect));
        Assert.StartsWith("The app that sent you here is described by a document at ", check.Shown!.Detail, StringComparison.Ordinal);
        Assert.Equal("invalid_client", (await services.ExchangeAsync(url, "latchkey_ac_x")).Error.OAuthName());
    }
}
