namespace Dashboard.Auth;

/// <summary>Adds the client's IP address to the principal as a claim. A circuit keeps the principal of its connection but has no request of
/// its own, and an address in the page's state could be chosen by the browser.</summary>
static class ClientAddress
{
    /// <summary>The claim with the IP address of the request or, in a circuit, of its connection.</summary>
    public const string Claim = "client_address";

    /// <summary>Adds the middleware. It must follow authentication, so that no cookie can supply the claim.</summary>
    public static IApplicationBuilder UseClientAddress(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        foreach (var identity in http.User.Identities)
        {
            identity.FindAll(Claim).ToList().ForEach(identity.RemoveClaim);
        }

        if (http.ClientAddress() is { } address)
        {
            http.User.AddIdentity(new([new(Claim, address)]));
        }

        return next(http);
    });
}
