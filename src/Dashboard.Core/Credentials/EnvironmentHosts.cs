using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Credentials;

/// <summary>The <c>Environments</c> settings.</summary>
[SettingsSection("Environments")]
public sealed class EnvironmentOptions
{
    /// <summary>The settings of the live environment.</summary>
    [ConfigurationKeyName("live")]
    public HostOptions Live { get; init; } = new();

    /// <summary>The settings of the test environment.</summary>
    [ConfigurationKeyName("test")]
    public HostOptions Test { get; init; } = new();
}

/// <summary>The settings of one environment.</summary>
public sealed class HostOptions
{
    /// <summary>The hosts that accept only the keys of this environment, each with a port or for every port. With any such list, other
    /// hosts accept no keys.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}

/// <summary>The hosts of each environment: <c>Environments:live:Hosts</c> and <c>Environments:test:Hosts</c>.</summary>
public sealed class EnvironmentHosts
{
    readonly HashSet<string> live;
    readonly HashSet<string> test;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A host is not valid or is in both lists.</exception>
    public EnvironmentHosts(IConfiguration configuration)
    {
        var options = SettingsBinder.Read<EnvironmentOptions>(configuration);
        (live, test) = (Check("Environments:live:Hosts", options.Live.Hosts), Check("Environments:test:Hosts", options.Test.Hosts));
        if (live.Intersect(test, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } both)
        {
            throw new SettingException("Environments:test:Hosts", $"lists {both}, which Environments:live:Hosts also lists");
        }
    }

    /// <summary>Returns the environments whose keys a host accepts. Without lists, every host accepts both. With lists, a host in neither
    /// accepts none.</summary>
    /// <param name="host">The host of the original request, with its port if the request has one.</param>
    /// <param name="scheme">The scheme of the original request, which says what port it has if the host names none.</param>
    public AcceptedEnvironments Of(HostString host, string? scheme = null)
    {
        if (live.Count == 0 && test.Count == 0)
        {
            return AcceptedEnvironments.Both;
        }

        return Find(host) is var found && found == AcceptedEnvironments.None && host is { HasValue: true, Port: null }
            && Urls.ToHttpScheme(scheme) is { } known
            ? Find(new(host.Host, known == "https" ? 443 : 80))
            : found;
    }

    AcceptedEnvironments Find(HostString host) =>
        Has(live, host) ? AcceptedEnvironments.Live : Has(test, host) ? AcceptedEnvironments.Test : AcceptedEnvironments.None;

    /// <summary>A listed host without a port matches every port. A trailing dot does not name another host (RFC 1034 section
    /// 3.1).</summary>
    static bool Has(HashSet<string> hosts, HostString host) => hosts.Contains(host.Value ?? "") || hosts.Contains(host.Host)
        || (host.Host is [.., '.'] name && Has(hosts, host.Port is { } port ? new(name[..^1], port) : new(name[..^1])));

    static HashSet<string> Check(string key, IReadOnlyList<string> hosts)
    {
        if (hosts.FirstOrDefault(host => !Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var uri)
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0) is { } wrong)
        {
            throw new SettingException(key, $"lists \"{wrong}\", which is not a host");
        }

        return hosts.Select(host => host.Replace(".:", ":", StringComparison.Ordinal).TrimEnd('.'))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
