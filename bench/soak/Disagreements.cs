namespace Dashboard.Bench.Soak;

/// <summary>Every kind of token request that OpenIddict's server answers in another way, and why. None lets us grant what lacks a proof or
/// exceeds what was approved: those changes are attacks, which are refused whatever stands here.</summary>
static class Disagreements
{
    const string Granted = Disagreement.Granted;
    const string InvalidRequest = "400 invalid_request";
    const string InvalidClient = "401 invalid_client";
    const string InvalidGrant = "400 invalid_grant";
    const string InvalidScope = "400 invalid_scope";
    const string InvalidTarget = "400 invalid_target";
    const string Unauthorized = "400 unauthorized_client";
    const string Failure = "500";

    static readonly string[] person = ["authorization_code", "device_code"];

    public static IReadOnlyList<Disagreement> All { get; } =
    [
        // We grant, the oracle refuses.
        .. Of(
            "RFC 6749 section 3.2: a parameter without a value counts as omitted, so it repeats nothing.", Granted, InvalidRequest,
            "grant_type and an empty one", "client_id and an empty one", "client_secret and an empty one", "code and an empty one",
            "redirect_uri and an empty one", "code_verifier and an empty one", "refresh_token and an empty one",
            "device_code and an empty one"),
        .. Of(
            "The same; where it joins the two values first, the oracle does not find the client.", Granted, InvalidClient,
            "client_id and an empty one", "client_secret and an empty one"),
        .. Of(
            "Some libraries send a header with an empty id and an empty secret beside the client in the body. It shows nothing, so the body decides alone.",
            Granted, InvalidRequest, "empty header too"),
        .. Of("The same, in a refresh.", Granted, InvalidClient, "empty header too"),
        .. Of("Bodies may be JSON here.", Granted, InvalidRequest, "JSON"),
        .. Of("A byte order mark before the body is skipped. It is part of no parameter.", Granted, InvalidRequest,
            TokenMutation.ByteOrderMark),
        .. Of(
            "audience is a parameter of RFC 8693, which we do not offer: unknown, so ignored (RFC 6749 section 3.2). The token is for the issuer.",
            Granted, InvalidRequest, "audience"),
        .. Of(
            "Resources are not registered here: a token is valid only at addresses under its own, so naming another one takes rights away.",
            Granted, InvalidTarget, "resource unknown"),
        .. Of(
            person,
            "RFC 6749 section 4.1.3 and RFC 8628 section 3.4 have no scope, so it is ignored. The token has the approved scopes, which is compared.",
            Granted, InvalidRequest,
            "scope all that was approved", "scope less", "scope more", "scope of another permission", "scope that no client may have",
            "scope of which one is unknown", "scope in capitals", "scope twice the same", "scope with spaces", "scope with a tab",
            "scope with a quotation mark"),
        .. Of(
            ["refresh_token"],
            "Scopes that nobody can have are left out, as when the person was asked (RFC 6749 section 3.3), and the answer names the rest.",
            Granted, InvalidScope,
            "scope that no client may have", "scope of which one is unknown", "scope in capitals", "scope with a tab",
            "scope with a quotation mark"),
        .. Of(
            "Addresses are compared after normalization (RFC 3986 sections 6.2.2 and 6.2.3, and the root dot of a host): it is the same place, and the code was sent there.",
            Granted, InvalidGrant,
            "redirect_uri with its port", "redirect_uri with its host in capitals", "redirect_uri with an encoded letter",
            "redirect_uri with a root dot"),

        // We refuse, the oracle grants.
        .. Of("RFC 6749 section 3.2: a parameter must not be repeated. The oracle joins scopes.", InvalidRequest, Granted, "scope twice",
            "scope and another", "another scope and it"),
        .. Of("The same, for parameters that nobody knows.", InvalidRequest, Granted, "unknown parameter twice"),
        .. Of("What a stranger may make us read is bounded.", InvalidRequest, Granted, "sixty parameters"),
        .. Of("Two clients in one request: the oracle lets the header decide.", InvalidRequest, Granted, "another client_id in the body"),
        .. Of(
            ["authorization_code"], "RFC 8707 section 2.2: what is named must have been approved, and here nothing was.",
            InvalidTarget, Granted,
            "resource one", "resource twice the same"),

        // Both refuse, by another name.
        .. Of(
            "RFC 6749 section 5.2 has invalid_client for a request without client authentication, or with one that is not supported.",
            InvalidClient, InvalidRequest,
            "client_assertion", "Bearer beside the client", "no header", "header with an empty secret", "header without a client",
            "header without a colon",
            "header that is not base64", "header that is empty", "header of another scheme", "header twice", "client by body alone",
            "client_id missing", "client_id empty", "client_id in capitals", "client_id as a list",
            "client_secret missing", "client_secret empty", "client_secret in capitals", "client_secret as a list"),
        .. Of(
            "A repeated parameter is a malformed request, found before the client is asked for.", InvalidRequest, InvalidClient,
            "client_id twice", "client_id and another", "another client_id and it", "client_secret twice", "client_secret and another",
            "another client_secret and it"),
        .. Of(
            "Whether the client may use the grant is asked before what the grant needs.", Unauthorized, InvalidRequest,
            "grant_type client_credentials", "grant_type authorization_code", "grant_type refresh_token", "grant_type device_code"),
        .. Of(
            "RFC 6749 section 5.2 has invalid_grant for a redirect address other than that of the request, and none is another one.",
            InvalidGrant, InvalidRequest,
            "redirect_uri missing", "redirect_uri empty", "redirect_uri in capitals", "redirect_uri as a list"),
        .. Of("RFC 6749 section 5.2: a scope beyond what is allowed is invalid_scope.", InvalidScope, InvalidRequest,
            "scope of another permission"),
        .. Of("The same, in a refresh.", InvalidScope, InvalidGrant, "scope more", "scope of another permission"),
        .. Of("RFC 8707 section 2: a malformed resource is invalid_target.", InvalidTarget, InvalidRequest, "resource relative",
            "resource with a fragment"),
        .. Of("RFC 8628 section 3.5: a device that polls too soon is slowed down. The oracle has no interval.", "400 slow_down",
            "400 authorization_pending", "device_code polled too soon"),
        .. Of("Only POST is there.", "405", InvalidRequest, "GET with a query", "PUT"),
        .. Of("NUL is a character like others. The oracle fails.", InvalidClient, Failure, "client_id with NUL", "client_secret with NUL"),
        .. Of("The same.", InvalidGrant, Failure, "code with NUL", "redirect_uri with NUL", "code_verifier with NUL",
            "refresh_token with NUL", "device_code with NUL"),
    ];

    static IEnumerable<Disagreement> Of(string reason, string ours, string oracle, params string[] changes) =>
        Of([], reason, ours, oracle, changes);

    static IEnumerable<Disagreement> Of(string[] grants, string reason, string ours, string oracle, params string[] changes) =>
        changes.Select(change => new Disagreement(change, ours, oracle, reason, grants));
}
