using System.Globalization;
using System.Text.Json;
using Dashboard.Bench.Soak;
using Dashboard.Core.Credentials;
using Dashboard.Core.OAuth;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Dashboard.Bench;

/// <summary>What access tokens cost: issuing and introspecting them in server CPU beside a cached verification, and changes while many
/// tokens are held beside the same changes with none held.</summary>
static class TokenBench
{
    const int Rounds = 7;
    const int Keys = 100;
    const int Held = 60_000;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        await using var installation = await Installation.CreateAsync(Keys, null, cancellationToken);
        await OverHttpAsync(installation, cancellationToken);
        Timing.PrintLoad();
        await WithManyHeldAsync(cancellationToken);
        Timing.PrintLoad();
    }

    static async Task OverHttpAsync(Installation installation, CancellationToken cancellationToken)
    {
        await using var server = await Server.StartAsync(installation.Database, "0", cancellationToken);
        var accounts = new List<(string Id, string Secret)>();
        for (var i = 0; i < 20; i++)
        {
            var issued = (await installation.Get<ServiceAccountService>().CreateAsync(
                installation.Owner, new($"gateway {i}", Permissions: ["read", "verify"], Projects: ProjectChoice.All,
                    Organization: installation.Project.Organization),
                cancellationToken)).Value;
            accounts.Add((issued.Account.ClientId, issued.Secret.Reveal()));
        }

        var asks = accounts.ConvertAll(
            account => Load.Post("/oauth/token", $"grant_type=client_credentials&client_id={account.Id}&client_secret={account.Secret}"));
        var tokens = await IssueAsync(server.Url, asks, cancellationToken);
        var introspections = accounts.ConvertAll(account => Load.Post(
            "/oauth/introspect", $"token={tokens[0]}&client_id={account.Id}&client_secret={account.Secret}"));
        var good = Enumerable.Range(0, Keys).Where(Installation.IsGood).Select(Installation.RawKey).ToList();
        var policy = $"/forward-auth/{installation.Project}/live/read";
        (string Name, int Count, IReadOnlyList<byte[]> Requests)[] measures =
        [
            ("/forward-auth, cached key", 20_000, good.ConvertAll(key => Load.Get(policy, key))),
            ("/forward-auth, cached access token", 20_000, [.. tokens.Select(token => Load.GetWithToken(policy, token))]),
            ("/oauth/token, client credentials", 500, asks),
            ("/oauth/introspect", 5_000, introspections),
        ];
        var taken = measures.Select(_ => new List<double>()).ToList();
        for (var round = -2; round < Rounds; round++)
        {
            for (var turn = 0; turn < measures.Length; turn++)
            {
                var at = (turn + round + 2) % measures.Length;
                var (_, count, requests) = measures[at];
                await server.RestAsync(cancellationToken);
                var before = server.Cpu;
                await Load.SendAsync(server.Url, requests, 200, count, 8, cancellationToken);
                if (round >= 0)
                {
                    taken[at].Add((server.Cpu - before).TotalMicroseconds / count);
                }
            }
        }

        Console.WriteLine($"server CPU a request over HTTP, one core, median of {Rounds} interleaved rounds");
        foreach (var (measure, times) in measures.Zip(taken))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{measure.Name,-36}{Timing.Median(times),8:F1} µs  {Timing.Median(times) / Timing.Median(taken[0]),6:F2} times the first"));
        }
    }

    /// <summary>A refresh and a device approval on a node that holds many tokens, beside the same on one that holds none.</summary>
    static async Task WithManyHeldAsync(CancellationToken cancellationToken)
    {
        (string Key, string Value)[] settings = [("Limits:TokensPerMinute", "0"), ("RateLimits:UserCodeGuessesPerMinute", "1000000")];
        await using var none = await Node.StartAsync(settings, cancellationToken);
        await using var many = await Node.StartAsync(settings, cancellationToken);
        await many.HoldAsync(Held, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"in process, {many.Count:N0} access tokens held or none"));
        await Timing.CompareAsync(
            [
                new("refresh, none held", none.RefreshAsync),
                new(string.Create(CultureInfo.InvariantCulture, $"refresh, {Held:N0} held"), many.RefreshAsync),
            ],
            50, 300, cancellationToken);
        await Timing.CompareAsync(
            [
                new("device approval, none held", none.ApproveAsync),
                new(string.Create(CultureInfo.InvariantCulture, $"device approval, {Held:N0} held"), many.ApproveAsync),
            ],
            50, 300, cancellationToken);
    }

    static async Task<List<string>> IssueAsync(Uri url, List<byte[]> asks, CancellationToken cancellationToken)
    {
        await using var connection = await Connection.OpenAsync(url, cancellationToken);
        var tokens = new List<string>();
        for (var i = 0; i < 100; i++)
        {
            await connection.SendAsync(asks[i % asks.Count], 200, cancellationToken);
            var body = connection.Answer[
                connection.Answer.IndexOf('{', StringComparison.Ordinal)..(connection.Answer.LastIndexOf('}') + 1)];
            using var answer = JsonDocument.Parse(body);
            tokens.Add(answer.RootElement.GetProperty("access_token").GetString()!);
        }

        return tokens;
    }

    /// <summary>A node in this process with an installation of its own.</summary>
    sealed class Node : IAsyncDisposable
    {
        /// <summary>As many accounts hold the tokens, since the share of one is limited.</summary>
        const int Accounts = 90;

        static readonly OAuthOrigin Origin = new("http://localhost", null);

        readonly Installation installation;
        string refresh = "";

        Node(Installation installation) => this.installation = installation;

        public int Count => installation.Get<TokenCache>().Count;

        public static async Task<Node> StartAsync((string Key, string Value)[] settings, CancellationToken cancellationToken)
        {
            var node = new Node(await Installation.CreateAsync(Keys, null, cancellationToken, settings));
            foreach (var service in node.installation.All<IHostedService>())
            {
                await service.StartAsync(cancellationToken);
            }

            return node;
        }

        /// <summary>Gets tokens and verifies them, so that they are held.</summary>
        public async Task HoldAsync(int count, CancellationToken cancellationToken)
        {
            var verifier = installation.Get<Verifier>();
            for (var i = 0; i < Accounts; i++)
            {
                var issued = (await installation.Get<ServiceAccountService>().CreateAsync(
                    installation.Owner, new($"gateway {i}", Permissions: ["read"], Projects: ProjectChoice.All,
                        Organization: installation.Project.Organization),
                    cancellationToken)).Value;
                for (var share = i * count / Accounts; share < (i + 1) * count / Accounts; share++)
                {
                    var tokens = await IssueAsync(
                        cancellationToken, ("grant_type", "client_credentials"), ("client_id", issued.Account.ClientId),
                        ("client_secret", issued.Secret.Reveal()));
                    var presented = CredentialReader.Read(
                        new HeaderDictionary { ["Authorization"] = $"Bearer {tokens.AccessToken.Reveal()}" }, acceptBearer: true);
                    await verifier.VerifyAsync(presented, AccessRequirement.None, null, cancellationToken);
                }
            }
        }

        /// <summary>Uses the refresh token of the last time.</summary>
        public async Task RefreshAsync(CancellationToken cancellationToken)
        {
            if (refresh.Length == 0)
            {
                var device = await ApproveAsync(cancellationToken);
                refresh = (await IssueAsync(
                    cancellationToken, ("grant_type", GrantTypes.DeviceCode), ("client_id", OAuthClient.CommandLineId),
                    ("device_code", device.DeviceCode.Reveal())))
                    .RefreshToken!.Reveal();
            }

            refresh = (await IssueAsync(
                cancellationToken, ("grant_type", GrantTypes.RefreshToken), ("client_id", OAuthClient.CommandLineId),
                ("refresh_token", refresh))).RefreshToken!.Reveal();
        }

        /// <summary>Asks for a device code and approves it.</summary>
        public async Task<DeviceGrant> ApproveAsync(CancellationToken cancellationToken)
        {
            var (devices, body) = (installation.Get<DeviceRequests>(), Body(("client_id", OAuthClient.CommandLineId)));
            var device = (await devices.RequestAsync(body, PresentedClient.Read([], body).Value, Origin, cancellationToken)).Value;
            _ = (await devices.ApproveAsync(
                installation.Owner, device.UserCode.Reveal(), installation.Project.Organization, cancellationToken)).Value;
            return device;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var service in installation.All<IHostedService>())
            {
                await service.StopAsync(CancellationToken.None);
            }

            await installation.DisposeAsync();
        }

        static OAuthParameters Body(params (string Name, string Value)[] values) =>
            new(values.ToDictionary(x => x.Name, x => x.Value, StringComparer.Ordinal));

        async Task<IssuedTokens> IssueAsync(CancellationToken cancellationToken, params (string Name, string Value)[] values)
        {
            var body = Body(values);
            return (await installation.Get<TokenService>()
                .IssueAsync(body, PresentedClient.Read([], body).Value, Origin, cancellationToken)).Value;
        }
    }
}
