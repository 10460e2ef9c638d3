namespace Dashboard.Core.OAuth;

/// <summary>The state of a device authorization request.</summary>
public enum DeviceCodeState
{
    /// <summary>Nobody has decided yet.</summary>
    Pending,

    /// <summary>Approved. The device has not collected its tokens yet.</summary>
    Approved,

    /// <summary>Denied.</summary>
    Denied,

    /// <summary>The device has its tokens.</summary>
    Used,
}

/// <summary>A device authorization request, which is approved on another screen (RFC 8628).</summary>
public sealed class DeviceCode
{
    /// <summary>The SHA-256 hash of the device code, 32 bytes.</summary>
    public required byte[] CodeHash { get; init; }

    /// <summary>The SHA-256 hash of the eight letters of the user code, 32 bytes.</summary>
    public required byte[] UserCodeHash { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The scopes, separated by spaces.</summary>
    public required string Scope { get; init; }

    /// <summary>The resource that the tokens are valid for (RFC 8707), or null.</summary>
    public string? Resource { get; init; }

    /// <summary>When the device made the request, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the request expires, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The address of the device, or null.</summary>
    public string? Address { get; init; }

    /// <summary>The <c>User-Agent</c> of the device.</summary>
    public required string UserAgent { get; init; }

    /// <summary>The minimum interval between the token requests of the device, in seconds. It increases with each request that comes too
    /// early (RFC 8628 section 3.5).</summary>
    public required int IntervalSeconds { get; set; }

    /// <summary>When the device last requested tokens, UTC, or null.</summary>
    public DateTimeOffset? PolledAt { get; set; }

    /// <summary>The state.</summary>
    public required DeviceCodeState State { get; set; }

    /// <summary>The person who decided, or null.</summary>
    public string? UserId { get; set; }

    /// <summary>The chosen organization, or null.</summary>
    public long? OrganizationId { get; set; }

    /// <summary>When the request was decided, UTC, or null.</summary>
    public DateTimeOffset? DecidedAt { get; set; }
}
