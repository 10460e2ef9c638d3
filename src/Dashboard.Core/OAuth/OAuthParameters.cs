using Dashboard.Core.Tokens;

namespace Dashboard.Core.OAuth;

/// <summary>The parameters of a request. A parameter without a value counts as omitted, and unknown parameters are ignored (RFC 6749
/// section 3.2).</summary>
public sealed class OAuthParameters
{
    const string ResourceName = "resource";

    readonly IReadOnlyDictionary<string, string> values;
    readonly bool namesResources;

    /// <summary>Creates the parameters of a request that has each at most once.</summary>
    /// <param name="values">The values by name.</param>
    public OAuthParameters(IReadOnlyDictionary<string, string> values) => this.values = values;

    OAuthParameters(Dictionary<string, string> values, HashSet<string> repeated, bool namesResources)
    {
        (this.values, Repeated, this.namesResources) = (values, repeated, namesResources);
    }

    /// <summary>The names of the parameters that occur more than once although they must not.</summary>
    public IReadOnlySet<string> Repeated { get; } = new HashSet<string>();

    /// <summary>The value of a parameter, or null if it is omitted or empty.</summary>
    public string? this[string name] => values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The resource that the tokens are for (RFC 8707), or null for none. <c>invalid_target</c> if it is not valid, or there are
    /// several: a token has one audience.</summary>
    public Result<string?> Resource => namesResources ? OAuthError.InvalidTarget("Name one resource. Ask for a token for each of them.")
        : this[ResourceName] is { } resource && !ResourceIndicator.IsOne(resource)
            ? OAuthError.InvalidTarget("resource must be an absolute https:// or http:// URL without query and fragment.")
            : Result.Of(this[ResourceName]);

    /// <summary>Reads parameters in their order. Only <c>resource</c> may occur more than once (RFC 8707 section 2), and equal values count
    /// once.</summary>
    public static OAuthParameters Read(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var (values, repeated, namesResources) =
            (new Dictionary<string, string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), false);
        foreach (var (name, value) in parameters.Where(parameter => parameter.Value.Length > 0))
        {
            if (values.TryAdd(name, value))
            {
                continue;
            }

            if (name == ResourceName)
            {
                namesResources |= !Urls.AreSame(values[name], value);
            }
            else
            {
                repeated.Add(name);
            }
        }

        return new(values, repeated, namesResources);
    }

    /// <summary>Omits the values, because some are secrets.</summary>
    public override string ToString() => nameof(OAuthParameters);
}

/// <summary>The origin of a request.</summary>
/// <param name="Issuer">The issuer of tokens: the public URL without a trailing slash.</param>
/// <param name="Address">The client address, or null.</param>
/// <param name="UserAgent">The <c>User-Agent</c> header.</param>
/// <param name="FromPage">Whether a browser sent the request for another site's page.</param>
public sealed record OAuthOrigin(string Issuer, System.Net.IPAddress? Address, string UserAgent = "", bool FromPage = false)
{
    /// <summary>The address in the form that rows store.</summary>
    internal string? AddressText => Network.ToText(Address);

    /// <summary>The network that shares are counted for.</summary>
    internal string NetworkText => Network.Of(Address);
}
