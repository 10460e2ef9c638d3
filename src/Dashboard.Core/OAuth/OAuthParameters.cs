namespace Dashboard.Core.OAuth;

/// <summary>The parameters of a request, each at most once. A parameter without a value counts as omitted, and unknown parameters are
/// ignored (RFC 6749 section 3.2).</summary>
/// <param name="values">The values by name.</param>
public sealed class OAuthParameters(IReadOnlyDictionary<string, string> values)
{
    /// <summary>The value of a parameter, or null if it is omitted or empty.</summary>
    public string? this[string name] => values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Omits the values, because some are secrets.</summary>
    public override string ToString() => nameof(OAuthParameters);
}

/// <summary>The origin of a request.</summary>
/// <param name="Issuer">The issuer of tokens: the public URL without a trailing slash.</param>
/// <param name="Address">The client address, or null.</param>
/// <param name="UserAgent">The <c>User-Agent</c> header.</param>
public sealed record OAuthOrigin(string Issuer, System.Net.IPAddress? Address, string UserAgent = "")
{
    /// <summary>The address in the form that rows store.</summary>
    internal string? AddressText => Network.ToText(Address);
}
