using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Credentials;

/// <summary>The settings under <c>Environments</c>.</summary>
[SettingsSection("Environments")]
public sealed class EnvironmentOptions
{
    /// <summary>Hosts that take live keys and no others.</summary>
    [ConfigurationKeyName("live")]
    public HostOptions Live { get; init; } = new();

    /// <summary>Hosts that take test keys and no others.</summary>
    [ConfigurationKeyName("test")]
    public HostOptions Test { get; init; } = new();
}

/// <summary>The settings of one environment.</summary>
public sealed class HostOptions
{
    /// <summary>Host names, with a port or for every port.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}

/// <summary>Which hosts stand for which environment: <c>Environments:live:Hosts</c> and <c>Environments:test:Hosts</c>.</summary>
public sealed class EnvironmentHosts
{
    readonly HashSet<string> live;
    readonly HashSet<string> test;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A host is not one, or stands in both lists.</exception>
    public EnvironmentHosts(IConfiguration configuration)
    {
        var options = SettingsBinder.Read<EnvironmentOptions>(configuration);
        (live, test) = (Check("Environments:live:Hosts", options.Live.Hosts), Check("Environments:test:Hosts", options.Test.Hosts));
        if (live.Intersect(test, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } both)
        {
            throw new SettingException("Environments:test:Hosts", $"lists {both}, which Environments:live:Hosts lists as well");
        }
    }

    /// <summary>Which keys the host of a request takes: with no list every host takes both, with one a host in neither takes none.</summary>
    /// <param name="host">The original request's host, with its port where the request named one.</param>
    public AcceptedEnvironments Of(HostString host)
    {
        if (live.Count == 0 && test.Count == 0)
        {
            return AcceptedEnvironments.Both;
        }

        return Has(live, host) ? AcceptedEnvironments.Live : Has(test, host) ? AcceptedEnvironments.Test : AcceptedEnvironments.None;
    }

    /// <summary>A list's host without a port stands for every port. The root's dot at the end of a name makes no other host (RFC 1034 section 3.1).</summary>
    static bool Has(HashSet<string> hosts, HostString host) => hosts.Contains(host.Value ?? "") || hosts.Contains(host.Host)
        || (host.Host is [.., '.'] name && Has(hosts, host.Port is { } port ? new(name[..^1], port) : new(name[..^1])));

    static HashSet<string> Check(string key, IReadOnlyList<string> hosts)
    {
        if (hosts.FirstOrDefault(host => !Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var uri) || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0) is { } wrong)
        {
            throw new SettingException(key, $"lists \"{wrong}\", which is no host");
        }

        return hosts.Select(host => host.Replace(".:", ":", StringComparison.Ordinal).TrimEnd('.')).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
