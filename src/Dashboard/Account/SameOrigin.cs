using Dashboard.Core;

namespace Dashboard.Account;

/// <summary>Whether a request comes from the product's own pages.</summary>
static class SameOrigin
{
    /// <summary>What is answered to one that does not.</summary>
    public static Fault CrossSite { get; } = new(FaultCode.CrossSite, "This came from another site's page, so nothing was done. Do it on Latchkey's own pages.");

    /// <summary>Whether it says that it comes from another site's page. One that says nothing comes from a program.</summary>
    public static bool IsForeign(HttpRequest request) => Says(request) is false;

    /// <summary>Whether it says that it comes from the product's own pages.</summary>
    public static bool IsProved(HttpRequest request) => Says(request) is true;

    static bool? Says(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() switch
    {
        "same-origin" => true,
        "none" => null, // typed by the person
        "" => request.Headers.Origin.ToString() switch
        {
            "" => null,
            var origin => string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase),
        },
        _ => false,
    };
}
