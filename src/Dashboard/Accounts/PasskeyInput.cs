namespace Dashboard.Accounts;

/// <summary>What <see cref="PasskeyForm"/> posts.</summary>
public sealed class PasskeyInput
{
    public string? Answer { get; set; }

    public string? State { get; set; }

    public bool Remember { get; set; }
}
