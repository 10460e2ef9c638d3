using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Changes;

/// <summary>The categories that the audit log can be filtered by.</summary>
public static class AuditCategory
{
    /// <summary>Sign-in, sign-out and authentication factors.</summary>
    public const string Auth = "auth";

    /// <summary>API keys.</summary>
    public const string Keys = "keys";

    /// <summary>Service accounts.</summary>
    public const string ServiceAccounts = "service_accounts";

    /// <summary>Members and their roles.</summary>
    public const string Members = "members";

    /// <summary>OAuth clients and tokens.</summary>
    public const string Tokens = "tokens";

    /// <summary>Organizations, projects, resources and policies.</summary>
    public const string Settings = "settings";

    /// <summary>All categories.</summary>
    public static IReadOnlyList<string> All { get; } = [Auth, Keys, ServiceAccounts, Members, Tokens, Settings];
}

/// <summary>The object of an audit event.</summary>
/// <param name="Type">The type, in snake case: <c>key</c>, <c>project</c>, <c>user</c>, …</param>
/// <param name="Id">The public identifier.</param>
/// <param name="Name">The display name at that time.</param>
public sealed record AuditTarget(string Type, string Id, string Name)
{
    internal AuditTarget Fitted() =>
        this with { Id = AuditEntry.FitAscii(Id, AuditEntry.MaxTargetId), Name = AuditEntry.Fit(Name, AuditEntry.MaxTargetName) };
}

/// <summary>An audit event, before it has a position in a chain.</summary>
/// <param name="Category">One of <see cref="AuditCategory"/>.</param>
/// <param name="Action">What happened, such as <c>key.created</c>.</param>
/// <param name="Target">What it happened to.</param>
/// <param name="Succeeded">False for a refused attempt.</param>
/// <param name="Details">Further details as a JSON object. Never contains a secret.</param>
public sealed record AuditEvent(string Category, string Action, AuditTarget Target, bool Succeeded = true, string Details = "{}");

/// <summary>An entry of the audit log. Entries are only ever added. Each contains the hash of the previous entry in its chain, so that
/// altered or removed entries are detected.</summary>
public sealed class AuditEntry
{
    internal const int MaxActorName = 200;
    internal const int MaxAddress = 64;
    internal const int MaxTargetId = 256;
    internal const int MaxTargetName = 256;

    /// <summary>The organization's identifier, or <see cref="AuditChain.Installation"/>.</summary>
    public required long ChainId { get; init; }

    /// <summary>The position in the chain: 1, 2, 3, … without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>The unit of work that wrote the entry. Several entries may share one.</summary>
    public required Guid ChangeId { get; init; }

    /// <summary>The time in UTC, in whole milliseconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The actor's type, from <see cref="PartyTypes"/>.</summary>
    public required string ActorType { get; init; }

    /// <summary>The actor's identifier.</summary>
    public required string ActorId { get; init; }

    /// <summary>The actor's name at that time.</summary>
    public required string ActorName { get; init; }

    /// <summary>The client address, or null.</summary>
    public required string? Address { get; init; }

    /// <summary>The <see cref="CoarseNetwork"/> of <see cref="Address"/>, which the log is filtered by; null without an address. It follows
    /// from the address, so it is not hashed: a verifier derives it again. Entries from before the column existed may lack it.</summary>
    public string? Network { get; init; }

    /// <summary>One of <see cref="AuditCategory"/>.</summary>
    public required string Category { get; init; }

    /// <summary>What happened.</summary>
    public required string Action { get; init; }

    /// <summary>The target's type.</summary>
    public required string TargetType { get; init; }

    /// <summary>The target's identifier.</summary>
    public required string TargetId { get; init; }

    /// <summary>The target's name at that time.</summary>
    public required string TargetName { get; init; }

    /// <summary>False for a refused attempt.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>Further details as a JSON object.</summary>
    public required string Details { get; init; }

    /// <summary>The <see cref="AuditKey.Id"/> of the key of <see cref="Hash"/>.</summary>
    public required string KeyId { get; init; }

    /// <summary>The hash of the previous entry; 32 zero bytes for the first.</summary>
    public required byte[] PreviousHash { get; init; }

    /// <summary>The HMAC-SHA256 of <see cref="PreviousHash"/> and all other members above but <see cref="Network"/>.</summary>
    public byte[] Hash { get; set; } = [];

    /// <summary>The same HMAC with the key of the previous entry, in the entry with which a new key begins; null in all others.</summary>
    public byte[]? OldKeyHash { get; set; }

    /// <summary>Computes the expected value of <see cref="Hash"/>: HMAC-SHA256 over the members above it, without
    /// <see cref="Network"/>, in that order. A string is its
    /// length in UTF-8 bytes (four bytes, big-endian; -1 for null) followed by those bytes. A number is eight bytes, big-endian.</summary>
    public byte[] ComputeHash(AuditKey key)
    {
        using var hash = key.CreateHmac();
        Add(hash, ChainId);
        Add(hash, Sequence);
        Add(hash, ChangeId.ToString("N"));
        Add(hash, At.ToUnixTimeMilliseconds());
        foreach (var text in new[] { ActorType, ActorId, ActorName, Address, Category, Action, TargetType, TargetId, TargetName })
        {
            Add(hash, text);
        }

        Add(hash, Succeeded ? 1 : 0);
        Add(hash, Details);
        Add(hash, KeyId);
        hash.AppendData(PreviousHash);
        return hash.GetHashAndReset();
    }

    /// <summary>Truncates text to the length of its column without splitting a surrogate pair. Longer text would make the write fail or, if
    /// the database truncated it, would no longer match the hash.</summary>
    internal static string Fit(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    /// <summary>Truncates text for an ASCII column. Other characters become question marks here, before the database chooses a different
    /// substitute.</summary>
    internal static string FitAscii(string text, int length) =>
        Fit(Ascii.IsValid(text) ? text : string.Concat(text.Select(c => char.IsAscii(c) ? c : '?')), length);

    /// <summary>Returns the network of an address, or of a network that stands for one, as text.</summary>
    internal static string? NetworkOf(string? address) =>
        address is not null
            && IPAddress.TryParse(address.AsSpan(0, address.IndexOf('/') is >= 0 and var end ? end : address.Length), out var parsed)
            ? CoarseNetwork.Of(parsed).ToText()
            : null;

    static void Add(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    static void Add(IncrementalHash hash, string? text)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, text is null ? -1 : Encoding.UTF8.GetByteCount(text));
        hash.AppendData(length);
        hash.AppendData(Encoding.UTF8.GetBytes(text ?? ""));
    }
}

/// <summary>The last entry of a chain. A writer updates this row first and so holds its lock until the transaction ends.</summary>
public sealed class AuditChain
{
    /// <summary>The chain for events that belong to no organization: setup and sign-ins.</summary>
    public const long Installation = 0;

    /// <summary>The organization's identifier, or <see cref="Installation"/>.</summary>
    public required long Id { get; init; }

    /// <summary>The position of the last entry; 0 if there is none.</summary>
    public long Sequence { get; init; }

    /// <summary>The hash of the last entry; 32 zero bytes if there is none.</summary>
    public byte[] Hash { get; init; } = new byte[SHA256.HashSizeInBytes];

    /// <summary>The last entry's <see cref="AuditEntry.KeyId"/>; null while there is none.</summary>
    public string? KeyId { get; init; }
}
