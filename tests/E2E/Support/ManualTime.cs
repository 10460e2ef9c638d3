namespace Dashboard.Tests.E2E.Support;

/// <summary>The product's clock, stopped: it moves only when told. What the product does every few seconds it goes on doing.</summary>
public sealed class ManualTime : TimeProvider
{
    readonly Lock gate = new();
    DateTimeOffset now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public void Advance(TimeSpan by)
    {
        lock (gate)
        {
            now += by;
        }
    }
}
