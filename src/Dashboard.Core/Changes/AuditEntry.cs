using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Changes;

/// <summary>What a filter of the audit log can ask for.</summary>
public static class AuditCategory
{
    /// <summary>Signing in and out, and what a person needs for it.</summary>
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
}

/// <summary>What was acted on.</summary>
/// <param name="Type">Its kind, in snake case: <c>key</c>, <c>project</c>, <c>user</c>, …</param>
/// <param name="Id">Its public identifier.</param>
/// <param name="Name">What people called it at that time.</param>
public sealed record AuditTarget(string Type, string Id, string Name)
{
    internal AuditTarget Fitted() => this with { Id = AuditEntry.FitAscii(Id, AuditEntry.MaxTargetId), Name = AuditEntry.Fit(Name, AuditEntry.MaxTargetName) };
}

/// <summary>One event, before it has a place in its chain.</summary>
/// <param name="Category">One of <see cref="AuditCategory"/>.</param>
/// <param name="Action">What happened, such as <c>key.created</c>.</param>
/// <param name="Target">What it happened to.</param>
/// <param name="Succeeded">False for an attempt that was refused.</param>
/// <param name="Details">What else a reader needs, as a JSON object. Never a secret.</param>
public sealed record AuditEvent(string Category, string Action, AuditTarget Target, bool Succeeded = true, string Details = "{}");

/// <summary>A row of the audit log. Rows are only ever added. Each carries the hash of the one before it in its chain, so that a row that was
/// altered or removed shows.</summary>
public sealed class AuditEntry
{
    internal const int MaxActorName = 200;
    internal const int MaxAddress = 64;
    internal const int MaxTargetId = 256;
    internal const int MaxTargetName = 256;

    /// <summary>The organization's identifier, or <see cref="AuditChain.Installation"/>.</summary>
    public required long ChainId { get; init; }

    /// <summary>Its place in the chain: 1, 2, 3, … without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>The change that wrote it; several entries may share one.</summary>
    public required Guid ChangeId { get; init; }

    /// <summary>When, in whole milliseconds, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The word for who acted, from <see cref="PartyTypes"/>.</summary>
    public required string ActorType { get; init; }

    /// <summary>Who acted.</summary>
    public required string ActorId { get; init; }

    /// <summary>What they were called then.</summary>
    public required string ActorName { get; init; }

    /// <summary>The client address, or null.</summary>
    public required string? Address { get; init; }

    /// <summary>One of <see cref="AuditCategory"/>.</summary>
    public required string Category { get; init; }

    /// <summary>What happened.</summary>
    public required string Action { get; init; }

    /// <summary>The kind of what it happened to.</summary>
    public required string TargetType { get; init; }

    /// <summary>What it happened to.</summary>
    public required string TargetId { get; init; }

    /// <summary>What that was called then.</summary>
    public required string TargetName { get; init; }

    /// <summary>False for an attempt that was refused.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>What else a reader needs, as a JSON object.</summary>
    public required string Details { get; init; }

    /// <summary>The <see cref="AuditKey.Id"/> of the key that <see cref="Hash"/> is made with.</summary>
    public required string KeyId { get; init; }

    /// <summary>The hash of the entry before it; 32 zero bytes for the first.</summary>
    public required byte[] PreviousHash { get; init; }

    /// <summary>HMAC-SHA256 of <see cref="PreviousHash"/> and every other member above.</summary>
    public byte[] Hash { get; set; } = [];

    /// <summary>The same with the key of the entry before it, in the row that begins a new key; null in every other.</summary>
    public byte[]? OldKeyHash { get; set; }

    /// <summary>Computes what <see cref="Hash"/> has to be: HMAC-SHA256 over the members above it in their order, each text as its length in UTF-8
    /// bytes (four bytes, big-endian; -1 for null) and those bytes, each number as eight bytes, big-endian.</summary>
    public byte[] ComputeHash(AuditKey key)
    {
        using var hash = key.BeginHash();
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

    /// <summary>As much of a text as a column takes, and no half of a surrogate pair. A longer one would keep the change from being written, and what the
    /// database alters would no longer be what was hashed.</summary>
    internal static string Fit(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    /// <summary>The same for a column of ASCII: what is none becomes a question mark here, before some database picks another sign for it.</summary>
    internal static string FitAscii(string text, int length) =>
        Fit(Ascii.IsValid(text) ? text : string.Concat(text.Select(c => char.IsAscii(c) ? c : '?')), length);

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

/// <summary>The newest end of a chain. Whoever adds to the chain raises it first and so holds its lock until the transaction ends.</summary>
public sealed class AuditChain
{
    /// <summary>The chain of what belongs to no organization: set-up and sign-ins.</summary>
    public const long Installation = 0;

    /// <summary>The organization's identifier, or <see cref="Installation"/>.</summary>
    public required long Id { get; init; }

    /// <summary>The last entry's place; 0 while there is none.</summary>
    public long Sequence { get; init; }

    /// <summary>The last entry's hash; 32 zero bytes while there is none.</summary>
    public byte[] Hash { get; init; } = new byte[SHA256.HashSizeInBytes];

    /// <summary>The last entry's <see cref="AuditEntry.KeyId"/>; null while there is none.</summary>
    public string? KeyId { get; init; }
}
