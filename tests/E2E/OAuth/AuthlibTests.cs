using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>Authlib, Python's OAuth library.</summary>
[Collection(typeof(AuthorizationCollection))]
public sealed class AuthlibTests(AuthorizationServer server)
{
    /// <summary>Debian's Python. Another one in the path would not find Debian's packages.</summary>
    const string Python = "/usr/bin/python3";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Authlib_gets_a_token_checks_its_signature_asks_about_it_and_revokes_it()
    {
        var folder = Path.Combine(Repository.Root, "tests", "E2E", "Clients");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ISSUER"] = server.Issuer,
            ["CLIENT_ID"] = server.Worker.Id,
            ["CLIENT_SECRET"] = server.Worker.Secret,
        };
        Assert.SkipUnless(File.Exists(Python), "no python3: it is a Debian package");
        Assert.SkipUnless(await ExternalProcess.RunAsync(Python, folder, environment, Token, "-c", "import authlib, requests") == "",
            "no Authlib: python3-authlib and python3-requests are Debian packages");

        string[] once =
        [
            $$"""token {"type": "Bearer", "lifetime": 86400, "scope": "read:workflows", "issuer": "{{server.Issuer}}"}""",
            "active true 200", "revoked 200", "active false 401", "revoked 200",
        ];
        var said = await ExternalProcess.RunAsync(Python, folder, environment, Token, "authlib_client.py");
        Assert.Equal([.. once, .. once], said.Split('\n')); // credentials in the header, then in the body
    }
}
