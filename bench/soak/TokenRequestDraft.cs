using System.Text;
using System.Text.Json;

namespace Dashboard.Bench.Soak;

/// <summary>A parameter of a request.</summary>
/// <param name="Value">Its value. A name in braces stands for a secret of <see cref="TokenSecrets"/>, since each server issues its
/// own.</param>
/// <param name="Change">What becomes of the value once the secret is filled in.</param>
sealed record TokenParameter(string Name, string Value, Func<string, string>? Change = null);

/// <summary>A grant, and how the client authenticates.</summary>
/// <param name="Name">As in a report, such as <c>refresh_token, basic</c>.</param>
/// <param name="Other">Another client, with a secret if this one has one.</param>
/// <param name="Stranger">An app that a person approved too.</param>
sealed record TokenGrant(
    string Name, string Type, TokenClient Client, TokenClient Other, TokenClient Stranger, bool ByHeader,
    IReadOnlyList<TokenParameter> Parameters)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<TokenGrant> All(TokenClients clients)
    {
        (string, TokenParameter[]) account = ("client_credentials", [new("scope", "read:workflows")]);
        (string, TokenParameter[]) code = (
            "authorization_code",
            [new("code", "{code}"), new("redirect_uri", TokenFlow.Callback), new("code_verifier", TokenFlow.Verifier)]);
        (string, TokenParameter[]) refresh = ("refresh_token", [new("refresh_token", "{refresh}")]);
        return
        [
            Of(account, clients.Account, clients.Desk, byHeader: true), Of(account, clients.Account, clients.Desk, byHeader: false),
            Of(code, clients.App, clients.OtherApp, byHeader: false), Of(code, clients.Desk, clients.Account, byHeader: true),
            Of(code, clients.Desk, clients.Account, byHeader: false),
            Of(refresh, clients.App, clients.OtherApp, byHeader: false), Of(refresh, clients.Desk, clients.Account, byHeader: true),
            Of(refresh, clients.Desk, clients.Account, byHeader: false),
            Of((TokenFlow.DeviceGrant, [new("device_code", "{device}")]), clients.CommandLine, clients.App, byHeader: false),
        ];

        TokenGrant Of((string Type, TokenParameter[] Parameters) grant, TokenClient client, TokenClient other, bool byHeader) => new(
            $"{grant.Type.Split(':')[^1]}, {(byHeader ? "basic" : client.Secret is null ? "public" : "post")}", grant.Type, client,
            other, clients.OtherApp,
            byHeader, grant.Parameters);
    }

    /// <summary>The valid request.</summary>
    public TokenRequestDraft Draft()
    {
        var draft = new TokenRequestDraft();
        draft.Parameters.AddRange([new("grant_type", Type), .. Parameters]);
        if (ByHeader)
        {
            draft.Authorization.Add(TokenRequestDraft.Basic(Client.Id, Client.Secret!));
        }
        else
        {
            draft.Parameters.Add(new("client_id", Client.Id));
            draft.Parameters.AddRange(Client.Secret is { } secret ? [new("client_secret", secret)] : []);
        }

        return draft;
    }
}

/// <summary>The format of a body.</summary>
enum TokenBody
{
    Form,
    Json,
    Multipart,
    FormWithMark,
    InQuery,
}

/// <summary>A token request that is not sent yet.</summary>
sealed class TokenRequestDraft
{
    public List<TokenParameter> Parameters { get; } = [];

    /// <summary>The values of the header of that name.</summary>
    public List<string> Authorization { get; } = [];

    public HttpMethod Method { get; set; } = HttpMethod.Post;

    public TokenBody Body { get; set; }

    /// <summary>The content type, or null for none.</summary>
    public string? ContentType { get; set; } = "application/x-www-form-urlencoded";

    /// <summary>Whether the body is an object that has a name more than once.</summary>
    public bool RepeatsInJson => Body == TokenBody.Json && Parameters.DistinctBy(parameter => parameter.Name).Count() < Parameters.Count;

    /// <summary>The header for a client with its secret (RFC 6749 section 2.3.1).</summary>
    public static string Basic(string id, string secret) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}"));

    /// <summary>Replaces the only parameter of a name, or adds it.</summary>
    public void Set(string name, string value, Func<string, string>? change = null)
    {
        var at = Parameters.FindIndex(parameter => parameter.Name == name);
        Parameters.RemoveAll(parameter => parameter.Name == name);
        Parameters.Insert(at < 0 ? Parameters.Count : at, new(name, value, change));
    }

    /// <summary>Changes the value of a parameter.</summary>
    public void Change(string name, Func<string, string> change)
    {
        if (Parameters.Find(parameter => parameter.Name == name) is { } parameter)
        {
            Set(name, parameter.Value, change);
        }
    }

    /// <summary>The request for one server.</summary>
    public async Task<HttpRequestMessage> BuildAsync(Uri url, TokenSecrets secrets, CancellationToken cancellationToken)
    {
        var filled = new List<KeyValuePair<string, string>>();
        foreach (var parameter in Parameters)
        {
            var value = await secrets.FillAsync(parameter.Value, cancellationToken);
            filled.Add(new(parameter.Name, parameter.Change is { } change ? change(value) : value));
        }

        var form = string.Join('&', filled.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        var request = new HttpRequestMessage(Method, new Uri(url, Body == TokenBody.InQuery ? $"/oauth/token?{form}" : "/oauth/token"));
        if (Body == TokenBody.Multipart)
        {
            var multipart = new MultipartFormDataContent();
            foreach (var (name, value) in filled)
            {
                var part = new StringContent(value);
                part.Headers.ContentDisposition = new("form-data") { Name = $"\"{name}\"" }; // which may be empty
                multipart.Add(part);
            }

            request.Content = multipart;
        }
        else if (Method != HttpMethod.Get && Body != TokenBody.InQuery)
        {
            request.Content = new ByteArrayContent(Body switch
            {
                TokenBody.Json => Encoding.UTF8.GetBytes(
                    $"{{{string.Join(',', filled.Select(pair => $"{Quote(pair.Key)}:{Quote(pair.Value)}"))}}}"), // with what is repeated
                TokenBody.FormWithMark => [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(form)],
                _ => Encoding.UTF8.GetBytes(form),
            });
            if (ContentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
            }
        }

        foreach (var value in Authorization)
        {
            request.Headers.TryAddWithoutValidation("Authorization", value);
        }

        return request;

        static string Quote(string text) => JsonSerializer.Serialize(text);
    }
}

/// <summary>What one server has issued for one grant, made when a request needs it. A name is the kind of secret, and its state after a
/// colon.</summary>
sealed class TokenSecrets(ITokenServer server, HttpClient http, TokenGrant grant)
{
    readonly Dictionary<string, string> known = new(StringComparer.Ordinal);

    /// <summary>Whether a token may have a scope: one that was approved, or that the account can read. <c>offline_access</c> is the
    /// oracle's name for a refresh token.</summary>
    public bool IsAllowed(string scope) => scope == "offline_access"
        || (grant.Type == "client_credentials" ? scope.StartsWith("read:", StringComparison.Ordinal) : TokenFlow.Scope.Split(' ')
            .Contains(scope));

    /// <summary>Forgets what can have been used.</summary>
    public void Forget() => known.Clear();

    /// <summary>Replaces a name in braces by the secret.</summary>
    public async Task<string> FillAsync(string text, CancellationToken cancellationToken) => text is not ['{', .. var name, '}'] ? text
        : known.TryGetValue(name, out var secret) ? secret : known[name] = await MakeAsync(name, cancellationToken);

    async Task<string> MakeAsync(string name, CancellationToken cancellationToken)
    {
        switch (name)
        {
            case "code":
                return await server.ApproveCodeAsync(grant.Client, cancellationToken);
            case "code:other":
                return await server.ApproveCodeAsync(grant.Stranger, cancellationToken);
            case "code:used":
                var used = await server.ApproveCodeAsync(grant.Client, cancellationToken);
                await ExchangeAsync(grant.Client, "code", used, cancellationToken);
                return used;
            case "code:late":
                var late = await server.ApproveCodeAsync(grant.Client, cancellationToken);
                await server.PassAsync(late, cancellationToken);
                return late;
            case "refresh" or "access":
                var issued = await ExchangeAsync(
                    grant.Client, "code", await server.ApproveCodeAsync(grant.Client, cancellationToken), cancellationToken);
                return issued.GetProperty($"{name}_token").GetString()!;
            case "refresh:other":
                return (await ExchangeAsync(
                    grant.Stranger, "code", await server.ApproveCodeAsync(grant.Stranger, cancellationToken), cancellationToken))
                    .GetProperty("refresh_token").GetString()!;
            case "refresh:used" or "refresh:late":
                var refresh = await MakeAsync("refresh", cancellationToken);
                await ExchangeAsync(grant.Client, "refresh_token", refresh, cancellationToken);
                if (name == "refresh:late")
                {
                    await server.PassAsync(refresh, cancellationToken);
                }

                return refresh;
            case "refresh:ended": // its successor's successor is in use, and the first was replayed
                var replayed = await MakeAsync("refresh", cancellationToken);
                var next = (await ExchangeAsync(grant.Client, "refresh_token", replayed, cancellationToken))
                    .GetProperty("refresh_token").GetString()!;
                await server.PassAsync(replayed, cancellationToken);
                using (await SendAsync(grant.Client, "refresh_token", replayed, cancellationToken))
                {
                    return next;
                }

            case "device:pending":
                return await server.RequestDeviceAsync(grant.Client, DeviceDecision.Pending, cancellationToken);
            case "device:polled":
                var polled = await server.RequestDeviceAsync(grant.Client, DeviceDecision.Pending, cancellationToken);
                using (await SendAsync(grant.Client, "device_code", polled, cancellationToken))
                {
                    return polled;
                }

            case "device:denied":
                return await server.RequestDeviceAsync(grant.Client, DeviceDecision.Denied, cancellationToken);
            case "device:late":
                var pending = await server.RequestDeviceAsync(grant.Client, DeviceDecision.Pending, cancellationToken);
                await server.PassAsync(pending, cancellationToken);
                return pending;
            case "device" or "device:used":
                var device = await server.RequestDeviceAsync(grant.Client, DeviceDecision.Approved, cancellationToken);
                if (name == "device:used")
                {
                    await ExchangeAsync(grant.Client, "device_code", device, cancellationToken);
                }

                return device;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such secret.");
        }
    }

    async Task<JsonElement> ExchangeAsync(TokenClient client, string parameter, string secret, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(client, parameter, secret, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        using var document = answer.IsSuccessStatusCode ? JsonDocument.Parse(text)
            : throw new InvalidOperationException($"{server.Url} refused a valid {parameter}: {text}");
        return document.RootElement.Clone();
    }

    async Task<HttpResponseMessage> SendAsync(TokenClient client, string parameter, string secret, CancellationToken cancellationToken)
    {
        var type = parameter switch { "code" => "authorization_code", "device_code" => TokenFlow.DeviceGrant, _ => parameter };
        using var content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = type,
            [parameter] = secret,
            ["client_id"] = client.Id,
            ["client_secret"] = client.Secret ?? "",
            ["redirect_uri"] = parameter == "code" ? TokenFlow.Callback : "",
            ["code_verifier"] = parameter == "code" ? TokenFlow.Verifier : "",
        }.Where(pair => pair.Value.Length > 0));
        return await http.PostAsync(new Uri(server.Url, "/oauth/token"), content, cancellationToken);
    }
}
