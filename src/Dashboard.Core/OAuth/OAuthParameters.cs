namespace Dashboard.Core.OAuth;

/// <summary>The parameters of a request, each at most once. One without a value counts as left out, and one that is not known means nothing (RFC 6749
/// section 3.2).</summary>
/// <param name="values">By name.</param>
public sealed class OAuthParameters(IReadOnlyDictionary<string, string> values)
{
    /// <summary>A parameter's value; null where it is left out or empty.</summary>
    public string? this[string name] => values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Prints none of them: there are secrets among them.</summary>
    public override string ToString() => nameof(OAuthParameters);
}

/// <summary>Where a request came in.</summary>
/// <param name="Issuer">What Latchkey is called there: the issuer of its tokens, without a slash at its end.</param>
/// <param name="Address">The client address, or null.</param>
/// <param name="UserAgent">What the client calls itself.</param>
public sealed record OAuthOrigin(string Issuer, System.Net.IPAddress? Address, string UserAgent = "")
{
    /// <summary>The address as rows have it.</summary>
    internal string? AddressText => Network.ToText(Address);
}
