using System.Net;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>Apache with mod_oauth2, a third-party resource server that introspects each token.</summary>
[Collection(typeof(AuthorizationCollection))]
public sealed class ApacheTests(AuthorizationServer server)
{
    const string Modules = "/usr/lib/apache2/modules";
    const string Page = "what is protected";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Apache_lets_through_the_right_scope_and_refuses_others_garbage_nothing_and_what_was_revoked()
    {
        Assert.SkipUnless(ExternalProcess.Find("apache2") is not null
            && File.Exists($"{Modules}/mod_oauth2.so"), "no Apache with mod_oauth2: they are Debian packages");
        var folder = Directory.CreateTempSubdirectory("latchkey-");
        try
        {
            var port = ExternalProcess.FreePort();
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "httpd.conf"), Configuration(folder.FullName, port), Token);
            await File.WriteAllTextAsync(Path.Combine(folder.CreateSubdirectory("www").FullName, "index.html"), Page, Token);
            await using var apache = await ExternalProcess.ServeAsync(
                ExternalProcess.Find("apache2")!, folder.FullName, port, Token, "-X", "-d", folder.FullName, "-f", "httpd.conf");
            using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };

            var good = await server.TokenAsync("read:workflows");
            Assert.Equal((200, Page), await GetAsync(client, $"Bearer {good}"));
            Assert.Equal(403, (await GetAsync(client, $"Bearer {await server.TokenAsync("execute:workflows")}")).Status);
            foreach (var wrong in new[] { null, "Bearer garbage", "Bearer a.b.c", $"Bearer {good}x",
                $"Bearer {good[..^2]}", "Basic Z29vZDpnb29k" })
            {
                Assert.Equal(401, (await GetAsync(client, wrong)).Status);
            }

            await server.RevokeAsync(good);
            Assert.Equal(401, (await GetAsync(client, $"Bearer {good}")).Status);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary><c>expiry=0</c> turns off caching. Debian's build compares whole claims: the required scope must equal the token's
    /// scope.</summary>
    string Configuration(string folder, int port) => $"""
        ServerName 127.0.0.1
        Listen 127.0.0.1:{port}
        PidFile {folder}/apache.pid
        DefaultRuntimeDir {folder}
        ErrorLog /dev/stderr
        Mutex sem
        LoadModule mpm_event_module {Modules}/mod_mpm_event.so
        LoadModule authn_core_module {Modules}/mod_authn_core.so
        LoadModule authz_core_module {Modules}/mod_authz_core.so
        LoadModule dir_module {Modules}/mod_dir.so
        LoadModule oauth2_module {Modules}/mod_oauth2.so
        DocumentRoot {folder}/www
        DirectoryIndex index.html
        <Location />
            AuthType oauth2
            OAuth2TokenVerify introspect {server.Issuer}/oauth/introspect introspect.auth=client_secret_basic&client_id={server.Verifier.Id}&client_secret={server.Verifier.Secret}&expiry=0
            AuthzSendForbiddenOnFailure On
            Require oauth2_claim scope:read:workflows
        </Location>

        """;

    static async Task<(int Status, string Body)> GetAsync(HttpClient client, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var response = await client.SendAsync(request, Token);
        return ((int)response.StatusCode, response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsStringAsync(Token) : "");
    }
}
