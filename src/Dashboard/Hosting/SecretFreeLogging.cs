using Microsoft.Extensions.Options;

namespace Dashboard.Hosting;

/// <summary>Keeps user input and query strings out of the log, whatever log level is configured.</summary>
static class SecretFreeLogging
{
    /// <summary>The categories that log secrets. SignalR logs message arguments at Debug and its transports raw bytes at Trace; the host
    /// logs query strings at Information, and Kestrel logs invalid header lines at Debug.</summary>
    static readonly (string Category, LogLevel Min)[] Sensitive =
    [
        ("Microsoft.AspNetCore.SignalR", LogLevel.Information),
        ("Microsoft.AspNetCore.Http.Connections", LogLevel.Information),
        ("Microsoft.AspNetCore.Components", LogLevel.Information),
        ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning),
        ("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information),
    ];

    /// <summary>Raises the minimum level of the categories that log secrets.</summary>
    public static void AddLogRedaction(this ILoggingBuilder logging) =>
        logging.Services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>, MinimumLevels>();

    /// <summary>Runs after the configuration is bound, at startup and at each reload. Rules for a single provider or a subcategory take
    /// precedence over general rules, so they are adjusted too.</summary>
    sealed class MinimumLevels : IPostConfigureOptions<LoggerFilterOptions>
    {
        public void PostConfigure(string? name, LoggerFilterOptions options)
        {
            foreach (var (category, min) in Sensitive)
            {
                for (var i = 0; i < options.Rules.Count; i++)
                {
                    var rule = options.Rules[i];
                    if (rule.CategoryName?.StartsWith(category, StringComparison.OrdinalIgnoreCase) == true && rule.LogLevel < min)
                    {
                        options.Rules[i] = new(rule.ProviderName, rule.CategoryName, min, rule.Filter);
                    }
                }

                var providers = options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct(StringComparer.Ordinal).ToList();
                foreach (var provider in providers)
                {
                    if (!options.Rules.Any(rule =>
                        rule.ProviderName == provider && string.Equals(rule.CategoryName, category, StringComparison.OrdinalIgnoreCase)))
                    {
                        options.Rules.Add(new(provider, category, min, null));
                    }
                }
            }
        }
    }
}
