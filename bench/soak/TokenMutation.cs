using System.Globalization;
using System.Text;
using Dashboard.Tests.Unit.Support;

namespace Dashboard.Bench.Soak;

/// <summary>One change to a valid token request. Two changes with different targets do not meet.</summary>
/// <param name="IsAttack">Whether the request then lacks a proof, or asks for more than was approved: it must be refused, whatever the
/// other server does.</param>
sealed record TokenMutation(string Name, string Target, bool IsAttack, Action<TokenRequestDraft, Xorshift> Apply)
{
    /// <summary>A byte order mark before a form.</summary>
    public const string ByteOrderMark = "byte order mark";

    const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    static readonly string[] Proofs = ["client_id", "client_secret", "redirect_uri", "code", "code_verifier",
        "refresh_token", "device_code"];

    /// <summary>All changes to requests of a grant.</summary>
    public static IReadOnlyList<TokenMutation> Of(TokenGrant grant) =>
    [
        .. grant.Draft().Parameters.SelectMany(parameter => OfParameter(parameter.Name)), .. OfClient(grant), .. OfType(grant),
        .. OfScope(grant), .. OfResource(),
        .. OfBody(), .. grant.Type switch
        {
            "authorization_code" => OfCode(),
            "refresh_token" => OfRefreshToken(),
            TokenFlow.DeviceGrant => OfDeviceCode(),
            _ => [],
        },
    ];

    static IEnumerable<TokenMutation> OfParameter(string name)
    {
        // Without a proof nothing may be granted, and neither with another one.
        var (isProof, target) = (Proofs.Contains(name), name is "client_id" or "client_secret" ? "client" : name);
        yield return new($"{name} missing", target, isProof, (draft, _) => draft.Parameters.RemoveAll(parameter => parameter.Name == name));
        yield return new($"{name} empty", target, isProof, (draft, _) => draft.Set(name, ""));
        yield return new($"{name} twice", target, false,
            (draft, _) => draft.Parameters.Add(draft.Parameters.Find(parameter => parameter.Name == name)!));
        yield return new(
            $"{name} and another", target, isProof, (draft, random) => draft.Parameters.Add(new(name, random.Text(Letters, 20))));
        yield return new(
            $"another {name} and it", target, isProof, (draft, random) => draft.Parameters.Insert(0, new(name, random.Text(Letters, 20))));
        yield return new($"{name} and an empty one", target, false, (draft, _) => draft.Parameters.Add(new(name, "")));
        yield return new($"{name} in capitals", target, isProof, (draft, _) => Rename(draft, name, name.ToUpperInvariant()));
        yield return new($"{name} as a list", target, isProof, (draft, _) => Rename(draft, name, name + "[]"));
        if (name is "grant_type" or "scope")
        {
            yield break; // their values have changes of their own
        }

        yield return new($"{name} with a space", target, true, (draft, _) => draft.Change(name, value => value + " "));
        yield return new($"{name} with a line break", target, true, (draft, _) => draft.Change(name, value => value + "\r\n"));
        yield return new($"{name} with NUL", target, true, (draft, _) => draft.Change(name, value => value + "\0x"));
        yield return new($"{name} with a letter changed", target, true, (draft, random) =>
        {
            var at = random.Below(1000);
            draft.Change(name, value => Replace(value, at % value.Length));
        });
        yield return new($"{name} cut short", target, true, (draft, _) => draft.Change(name, value => value[..^1]));
        yield return new($"{name} doubled", target, true, (draft, _) => draft.Change(name, value => value + value));
        yield return new(
            $"{name} of letters", target, true, (draft, random) => draft.Set(name, random.Text(Letters, random.Between(1, 64))));
        yield return new($"{name} of anything", target, true, (draft, random) => draft.Set(name, Readable(random.Garbage(30))));
        yield return new($"{name} of 5000 letters", target, true, (draft, random) => draft.Set(name, random.Text(Letters, 5000)));
    }

    static IEnumerable<TokenMutation> OfClient(TokenGrant grant)
    {
        var (client, other) = (grant.Client, grant.Other);
        yield return new("client_assertion", "client", false, (draft, _) => draft.Parameters.AddRange(
            [new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), new("client_assertion", "a.b.c")]));
        yield return new("Bearer beside the client", "client", false, (draft, _) => draft.Authorization.Add("Bearer abc"));
        if (grant.ByHeader)
        {
            var basic = TokenRequestDraft.Basic(client.Id, client.Secret!);
            yield return Header("no header", true);
            yield return Header("header of another client", true, TokenRequestDraft.Basic(other.Id, other.Secret!));
            yield return Header("header with another client's secret", true, TokenRequestDraft.Basic(client.Id, other.Secret!));
            yield return Header("header with a wrong secret", true, TokenRequestDraft.Basic(client.Id, "secret_wrong"));
            yield return Header("header with an empty secret", true, TokenRequestDraft.Basic(client.Id, ""));
            yield return Header("header with an unknown client", true, TokenRequestDraft.Basic("nobody", client.Secret!));
            yield return Header("header without a client", true, TokenRequestDraft.Basic("", client.Secret!));
            yield return Header("header in lower case", false, "basic" + basic[5..]);
            yield return Header("header without a colon", true, "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(client.Id)));
            yield return Header("header that is not base64", true, "Basic %%%");
            yield return Header("header that is empty", true, "Basic ");
            yield return Header("header of another scheme", true, "Digest" + basic[5..]);
            yield return Header("header twice", false, basic, basic);
            yield return new("secret in the body too", "client", false, (draft, _) => draft.Set("client_secret", client.Secret!));
            yield return new("wrong secret in the body too", "client", false, (draft, _) => draft.Set("client_secret", "secret_wrong"));
            yield return new("client_id in the body too", "client", false, (draft, _) => draft.Set("client_id", client.Id));
            yield return new("another client_id in the body", "client", true, (draft, _) => draft.Set("client_id", other.Id));
            yield return new("client by body alone", "client", true, (draft, _) =>
            {
                draft.Authorization.Clear();
                draft.Set("client_id", client.Id);
            });
        }
        else
        {
            yield return new("unknown client", "client", true, (draft, _) => draft.Set("client_id", "nobody"));
            yield return new("another client", "client", true, (draft, _) => draft.Set("client_id", other.Id));
            yield return new(
                "another client's secret", "client", true, (draft, _) => draft.Set("client_secret", other.Secret ?? "secret_wrong"));
            yield return new("another client with its secret", "client", true, (draft, _) =>
            {
                draft.Set("client_id", other.Id);
                draft.Set("client_secret", other.Secret ?? "secret_wrong");
            });
            yield return new("header with the secret too", "client", false, (draft, _) =>
                draft.Authorization.Add(TokenRequestDraft.Basic(client.Id, client.Secret ?? "secret_wrong")));
            yield return new("header without a secret too", "client", false,
                (draft, _) => draft.Authorization.Add(TokenRequestDraft.Basic(client.Id, "")));
            yield return new("empty header too", "client", false, (draft, _) => draft.Authorization.Add(TokenRequestDraft.Basic("", "")));
        }

        TokenMutation Header(string name, bool isAttack, params string[] values) => new(name, "client", isAttack, (draft, _) =>
        {
            draft.Authorization.Clear();
            draft.Authorization.AddRange(values);
        });
    }

    static IEnumerable<TokenMutation> OfType(TokenGrant grant)
    {
        foreach (var type in new[] { "password", "implicit", "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:ietf:params:oauth:grant-type:jwt-bearer", "nothing" })
        {
            yield return new($"grant_type {type.Split(':')[^1]}", "grant_type", true, (draft, _) => draft.Set("grant_type", type));
        }

        foreach (var type in new[] { "client_credentials", "authorization_code", "refresh_token", TokenFlow.DeviceGrant }.Where(
            type => type != grant.Type))
        {
            yield return new($"grant_type {type.Split(':')[^1]}", "grant_type", true, (draft, _) => draft.Set("grant_type", type));
        }

        yield return new("grant_type value in capitals", "grant_type", true,
            (draft, _) => draft.Change("grant_type", value => value.ToUpperInvariant()));
        yield return new("grant_type with a space", "grant_type", true, (draft, _) => draft.Change("grant_type", value => value + " "));
    }

    static IEnumerable<TokenMutation> OfScope(TokenGrant grant)
    {
        yield return Scope("all that was approved", TokenFlow.Scope, false);
        yield return Scope("less", "read:agents", false);
        yield return Scope("more", $"{TokenFlow.Scope} read:gateways", grant.Type == "refresh_token");
        yield return Scope("of another permission", "write:workflows", grant.Type is "refresh_token" or "client_credentials");
        yield return Scope("that no client may have", "nothing:workflows", false);
        yield return Scope("of which one is unknown", "read:workflows nothing:workflows", false);
        yield return Scope("in capitals", "READ:WORKFLOWS", false);
        yield return Scope("twice the same", "read:workflows read:workflows", false);
        yield return Scope("with spaces", "  read:workflows   read:agents ", false);
        yield return Scope("with a tab", "read:workflows\tread:agents", false);
        yield return Scope("with a quotation mark", "read:workflows\"", false);
        yield return Scope("empty", "", false);

        TokenMutation Scope(string name, string value, bool isAttack) =>
            new($"scope {name}", "scope", isAttack, (draft, _) => draft.Set("scope", value));
    }

    static IEnumerable<TokenMutation> OfResource()
    {
        yield return Resource("one", false, TokenFlow.Resource);
        yield return Resource("unknown", false, "https://other.example.com/v1");
        yield return Resource("twice the same", false, TokenFlow.Resource, TokenFlow.Resource);
        yield return Resource("two", true, TokenFlow.Resource, "https://other.example.com/v1");
        yield return Resource("relative", true, "/v1");
        yield return Resource("with a fragment", true, TokenFlow.Resource + "#x");
        yield return Resource("with a query", false, TokenFlow.Resource + "?x=1");
        yield return Resource("of a script", true, "javascript:alert(1)");
        yield return Resource("empty", false, "");
        yield return new("audience", "resource", false, (draft, _) => draft.Parameters.Add(new("audience", TokenFlow.Resource)));

        TokenMutation Resource(string name, bool isAttack, params string[] values) =>
            new($"resource {name}", "resource", isAttack, (draft, _) =>
            draft.Parameters.AddRange(values.Select(value => new TokenParameter("resource", value))));
    }

    static IEnumerable<TokenMutation> OfBody()
    {
        yield return new("reordered", "order", false, (draft, random) => Shuffle(draft.Parameters, random));
        yield return new("unknown parameter", "unknown", false,
            (draft, random) => draft.Parameters.Insert(0, new("x" + random.Text(Letters, 5), random.Text(Letters, 9))));
        yield return new(
            "unknown parameter twice", "unknown", false, (draft, _) => draft.Parameters.AddRange([new("xyz", "1"), new("xyz", "2")]));
        yield return new("parameter without a name", "unknown", false, (draft, _) => draft.Parameters.Add(new("", "1")));
        yield return new("sixty parameters", "unknown", false, (draft, _) =>
            draft.Parameters.AddRange(Enumerable.Range(0, 60)
                .Select(i => new TokenParameter(string.Create(CultureInfo.InvariantCulture, $"x{i}"), "1"))));
        yield return new("password and username", "unknown", false,
            (draft, _) => draft.Parameters.AddRange([new("username", "x"), new("password", "y")]));
        yield return Type("charset utf-8", "application/x-www-form-urlencoded; charset=utf-8");
        yield return Type("charset iso-8859-1", "application/x-www-form-urlencoded; charset=iso-8859-1");
        yield return Type("type in capitals", "Application/X-WWW-Form-Urlencoded");
        yield return Type("type text", "text/plain");
        yield return Type("type xml", "application/xml");
        yield return Type("type broken", "application");
        yield return Type("type missing", null);
        yield return Type("type of JSON for a form", "application/json");
        yield return new("JSON", "body", false, (draft, _) => (draft.Body, draft.ContentType) = (TokenBody.Json, "application/json"));
        yield return new("JSON called a form", "body", true, (draft, _) => draft.Body = TokenBody.Json);
        yield return new("multipart", "body", false, (draft, _) => draft.Body = TokenBody.Multipart);
        yield return new(ByteOrderMark, "body", false, (draft, _) => draft.Body = TokenBody.FormWithMark);
        yield return new("in the query", "body", true, (draft, _) => draft.Body = TokenBody.InQuery);
        yield return new("GET with a query", "body", true, (draft, _) => (draft.Body, draft.Method) = (TokenBody.InQuery, HttpMethod.Get));
        yield return new("PUT", "body", true, (draft, _) => draft.Method = HttpMethod.Put);

        static TokenMutation Type(string name, string? type) => new(name, "body", false, (draft, _) => draft.ContentType = type);
    }

    static IEnumerable<TokenMutation> OfCode()
    {
        foreach (var (name, secret) in new[]
        {
            ("used before", "{code:used}"), ("expired", "{code:late}"), ("of another client", "{code:other}"),
            ("is a refresh token", "{refresh}"), ("is an access token", "{access}"),
        })
        {
            yield return new($"code {name}", "code", true, (draft, _) => draft.Set("code", secret));
        }

        yield return new(
            "code_verifier is the challenge", "code_verifier", true, (draft, _) => draft.Set("code_verifier", TokenFlow.Challenge));
        yield return new(
            "code_verifier too short", "code_verifier", true, (draft, _) => draft.Set("code_verifier", TokenFlow.Verifier[..42]));
        yield return new("code_verifier too long", "code_verifier", true, (draft, _) => draft.Set("code_verifier", new('a', 129)));
        yield return new(
            "code_challenge_method plain", "unknown", false, (draft, _) => draft.Parameters.Add(new("code_challenge_method", "plain")));
        yield return Redirect("of another host", "https://evil.example/callback", true);
        yield return Redirect("of another scheme", "http://app.example.com/callback", true);
        yield return Redirect("of another path", TokenFlow.Callback + "/x", true);
        yield return Redirect("with a slash more", TokenFlow.Callback + "/", true);
        yield return Redirect("with a query", TokenFlow.Callback + "?x=1", true);
        yield return Redirect("with a fragment", TokenFlow.Callback + "#x", true);
        yield return Redirect("with a user", "https://x@app.example.com/callback", true);
        yield return Redirect("with its port", "https://app.example.com:443/callback", false);
        yield return Redirect("with another port", "https://app.example.com:444/callback", true);
        yield return Redirect("with its host in capitals", "https://APP.example.com/callback", false);
        yield return Redirect("with its path in capitals", "https://app.example.com/CALLBACK", true);
        yield return Redirect("with an encoded letter", "https://app.example.com/%63allback", false);
        yield return Redirect("with dots", "https://app.example.com/x/../callback", false);
        yield return Redirect("with a root dot", "https://app.example.com./callback", false);

        static TokenMutation Redirect(string name, string value, bool isAttack) =>
            new($"redirect_uri {name}", "redirect_uri", isAttack, (draft, _) => draft.Set("redirect_uri", value));
    }

    static IEnumerable<TokenMutation> OfRefreshToken()
    {
        yield return Refresh("used a moment ago", "{refresh:used}", false);
        yield return Refresh("used a minute ago", "{refresh:late}", true);
        yield return Refresh("whose family has ended", "{refresh:ended}", true);
        yield return Refresh("of another client", "{refresh:other}", true);
        yield return Refresh("is a code", "{code}", true);
        yield return Refresh("is an access token", "{access}", true);

        static TokenMutation Refresh(string name, string secret, bool isAttack) =>
            new($"refresh_token {name}", "refresh_token", isAttack, (draft, _) => draft.Set("refresh_token", secret));
    }

    static IEnumerable<TokenMutation> OfDeviceCode()
    {
        foreach (var (name, secret) in new[]
        {
            ("pending", "{device:pending}"), ("polled too soon", "{device:polled}"), ("denied", "{device:denied}"),
            ("expired", "{device:late}"), ("used before", "{device:used}"),
        })
        {
            yield return new($"device_code {name}", "device_code", true, (draft, _) => draft.Set("device_code", secret));
        }
    }

    /// <summary>The text as it arrives, and never the empty one. NUL has a change of its own.</summary>
    static string Readable(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "", StringComparison.Ordinal) + "!";

    static void Rename(TokenRequestDraft draft, string name, string other)
    {
        var at = draft.Parameters.FindIndex(parameter => parameter.Name == name);
        draft.Parameters[at] = draft.Parameters[at] with { Name = other };
    }

    static string Replace(string text, int at) => string.Concat(text.AsSpan(0, at), text[at] == 'x' ? "y" : "x", text.AsSpan(at + 1));

    static void Shuffle(List<TokenParameter> parameters, Xorshift random)
    {
        for (var i = parameters.Count - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (parameters[i], parameters[j]) = (parameters[j], parameters[i]);
        }
    }
}
