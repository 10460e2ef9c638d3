using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Credentials;

/// <summary>The hosts of each environment: <c>Environments:live:Hosts</c> and <c>Environments:test:Hosts</c>.</summary>
public sealed class EnvironmentHosts
{
    readonly HashSet<string> live;
    readonly HashSet<string> test;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A host is not valid or is in both lists, or an environment is neither live nor test.</exception>
    public EnvironmentHosts(IConfiguration configuration)
    {
        if (configuration.GetSection("Environments").GetChildren().FirstOrDefault(child => child.Key is not ("live" or "test")) is { } unknown)
        {
            throw new SettingException($"Environments:{unknown.Key}", "is not an environment; use live or test");
        }

        (live, test) = (Read(configuration, "Environments:live:Hosts"), Read(configuration, "Environments:test:Hosts"));
        if (live.Intersect(test, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } both)
        {
            throw new SettingException("Environments:test:Hosts", $"lists {both}, which Environments:live:Hosts also lists");
        }
    }

    /// <summary>Returns the environments whose keys a host accepts. Without lists, every host accepts both. With lists, a host in neither
    /// accepts none.</summary>
    /// <param name="host">The host of the original request, with its port if the request has one.</param>
    public AcceptedEnvironments Of(HostString host)
    {
        if (live.Count == 0 && test.Count == 0)
        {
            return AcceptedEnvironments.Both;
        }

        return Has(live, host) ? AcceptedEnvironments.Live : Has(test, host) ? AcceptedEnvironments.Test : AcceptedEnvironments.None;
    }

    /// <summary>A listed host without a port matches every port.</summary>
    static bool Has(HashSet<string> hosts, HostString host) => hosts.Contains(host.Value ?? "") || hosts.Contains(host.Host);

    static HashSet<string> Read(IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        var hosts = section.GetChildren().Select(child => child.Value ?? "")
            .Concat((section.Value ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (hosts.FirstOrDefault(host => !Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var uri) || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0) is { } wrong)
        {
            throw new SettingException(key, $"lists \"{wrong}\", which is not a host");
        }

        return hosts;
    }
}
