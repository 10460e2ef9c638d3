using Microsoft.Extensions.Options;

namespace Dashboard.Hosting;

/// <summary>Keeps what people type, paste and put into addresses out of the log, whatever level the operator asks for.</summary>
static class SecretFreeLogging
{
    /// <summary>SignalR writes down each message's arguments at Debug, its transports their bytes at Trace; the host writes query strings at Information, the
    /// server at Debug a header line that it cannot read.</summary>
    static readonly (string Category, LogLevel Min)[] Quiet =
    [
        ("Microsoft.AspNetCore.SignalR", LogLevel.Information),
        ("Microsoft.AspNetCore.Http.Connections", LogLevel.Information),
        ("Microsoft.AspNetCore.Components", LogLevel.Information),
        ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning),
        ("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information),
    ];

    /// <summary>Bounds the categories that print secrets.</summary>
    public static void AddLogRedaction(this ILoggingBuilder logging) => logging.Services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>, Bound>();

    /// <summary>After the configuration, at the start and at each reload: rules for one provider and for deeper categories win over general ones, so
    /// those are bounded too.</summary>
    sealed class Bound : IPostConfigureOptions<LoggerFilterOptions>
    {
        public void PostConfigure(string? name, LoggerFilterOptions options)
        {
            foreach (var (category, least) in Quiet)
            {
                for (var i = 0; i < options.Rules.Count; i++)
                {
                    var rule = options.Rules[i];
                    if (rule.CategoryName?.StartsWith(category, StringComparison.OrdinalIgnoreCase) == true && rule.LogLevel < least)
                    {
                        options.Rules[i] = new(rule.ProviderName, rule.CategoryName, least, rule.Filter);
                    }
                }

                foreach (var provider in options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct(StringComparer.Ordinal).ToList())
                {
                    if (!options.Rules.Any(rule => rule.ProviderName == provider && string.Equals(rule.CategoryName, category, StringComparison.OrdinalIgnoreCase)))
                    {
                        options.Rules.Add(new(provider, category, least, null));
                    }
                }
            }
        }
    }
}
