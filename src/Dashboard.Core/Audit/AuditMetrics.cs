using System.Diagnostics.Metrics;

namespace Dashboard.Core.Audit;

/// <summary>The metrics of the audit log's integrity.</summary>
public sealed class AuditMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Latchkey.Audit";

    readonly Meter meter = new(MeterName);
    readonly Counter<long> setBack;
    readonly Counter<long> checks;
    long broken = -1;

    /// <summary>Creates the instruments.</summary>
    public AuditMetrics()
    {
        setBack = meter.CreateCounter<long>(
            "latchkey.audit.heads_set_back", "{head}",
            "Chains whose head was lower than, or differed from, the highest that this node had seen.");
        checks = meter.CreateCounter<long>("latchkey.audit.checks", "{check}", "Daily checks of the audit log.");
        meter.CreateObservableGauge(
            "latchkey.audit.broken_chains", ObserveBroken, "{chain}",
            "Chains in which the last daily check found an altered, removed or added row.");
    }

    /// <inheritdoc />
    public void Dispose() => meter.Dispose();

    internal void CountSetBack() => setBack.Add(1);

    internal void ReportCheck(int brokenChains)
    {
        Interlocked.Exchange(ref broken, brokenChains);
        checks.Add(1);
    }

    IEnumerable<Measurement<long>> ObserveBroken() => Interlocked.Read(ref broken) is >= 0 and var known ? [new(known)] : [];
}
