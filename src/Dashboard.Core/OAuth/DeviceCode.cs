namespace Dashboard.Core.OAuth;

/// <summary>What became of a device's request.</summary>
public enum DeviceCodeState
{
    /// <summary>Nobody has decided.</summary>
    Pending,

    /// <summary>Approved; the device has not asked since.</summary>
    Approved,

    /// <summary>Denied.</summary>
    Denied,

    /// <summary>The device has its tokens.</summary>
    Used,
}

/// <summary>A device's request for an approval on another screen (RFC 8628).</summary>
public sealed class DeviceCode
{
    /// <summary>SHA-256 of the device code, 32 bytes.</summary>
    public required byte[] CodeHash { get; init; }

    /// <summary>SHA-256 of the user code's eight letters, 32 bytes.</summary>
    public required byte[] UserCodeHash { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>What the tokens are for (RFC 8707), or null.</summary>
    public string? Resource { get; init; }

    /// <summary>When the device asked, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is refused, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The address that the device asked from, or null.</summary>
    public string? Address { get; init; }

    /// <summary>The network of that address, or null if it is not known.</summary>
    public string? Network { get; init; }

    /// <summary>What the device calls itself.</summary>
    public required string UserAgent { get; init; }

    /// <summary>The least time between two questions of the device, in seconds. It grows with each that comes too soon (RFC 8628 section
    /// 3.5).</summary>
    public required int IntervalSeconds { get; set; }

    /// <summary>When the device last asked, UTC, or null.</summary>
    public DateTimeOffset? PolledAt { get; set; }

    /// <summary>What became of it.</summary>
    public required DeviceCodeState State { get; set; }

    /// <summary>Who decided, or null.</summary>
    public string? UserId { get; set; }

    /// <summary>The organization that was chosen, or null.</summary>
    public long? OrganizationId { get; set; }

    /// <summary>When it was decided, UTC, or null.</summary>
    public DateTimeOffset? DecidedAt { get; set; }
}
