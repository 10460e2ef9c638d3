namespace Dashboard.Auth;

/// <summary>Ties the client address to who is signed in. A circuit lives on the connection's principal long after its request, and knows no request of
/// its own; what came through the page's state instead could be chosen by the browser.</summary>
static class ClientAddress
{
    /// <summary>The claim that carries it, of this request or, in a circuit, of its connection.</summary>
    public const string Claim = "client_address";

    /// <summary>After authentication, so that no cookie can bring the claim along.</summary>
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
