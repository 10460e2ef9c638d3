using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Common;

/// <summary>One page of a list.</summary>
/// <param name="NextCursor">The cursor of the next page, or null if this page is the last.</param>
/// <typeparam name="T">The type of an item.</typeparam>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Page size and search limits.</summary>
public static class Page
{
    /// <summary>The maximum number of items on a page.</summary>
    public const int MaxLimit = 200;

    /// <summary>The number of items on a page if the request does not specify one.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The maximum length of a search text, which is the length of the longest text that is searched.</summary>
    public const int MaxSearchLength = 512;

    /// <summary>Validates a page size and a search text. Returns null if both are valid.</summary>
    public static Error? Check(int limit, string? search = null)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Error.Invalid("limit", $"Use a whole number from 1 to {MaxLimit}.");
        }

        if (search?.Contains('\0', StringComparison.Ordinal) == true)
        {
            return Error.Invalid("search", "Remove the NUL character.");
        }

        return search is { Length: > MaxSearchLength } ? Error.Invalid("search", $"Use {MaxSearchLength} characters or fewer.") : null;
    }
}

/// <summary>The position after the last item of a page: a time, an identifier that orders equal times, and the filter that the cursor is
/// valid for.</summary>
/// <param name="At">The time of the last item.</param>
/// <param name="Id">The identifier of the last item.</param>
public readonly record struct Cursor(DateTimeOffset At, string Id)
{
    const int FilterBytes = 8;

    /// <summary>Creates the cursor for a list whose items have numeric identifiers.</summary>
    /// <param name="at">The time of the last item.</param>
    /// <param name="id">The identifier of the last item.</param>
    public Cursor(DateTimeOffset at, long id)
        : this(at, id.ToString(CultureInfo.InvariantCulture))
    {
    }

    /// <summary><see cref="Id"/> as a number, or 0 if it is not one.</summary>
    public long AsNumber => long.TryParse(Id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Builds a page from a query that reads one row more than the page holds. The extra row shows that there is a next
    /// page.</summary>
    /// <param name="rows">At most <paramref name="limit"/> + 1 rows.</param>
    /// <param name="limit">The maximum number of items on the page.</param>
    /// <param name="show">Converts a row to an item.</param>
    /// <param name="end">Returns the cursor after a row.</param>
    /// <param name="filter">Everything that the list is filtered and sorted by.</param>
    /// <typeparam name="TRow">The type of a row.</typeparam>
    /// <typeparam name="TItem">The type of an item.</typeparam>
    public static Page<TItem> Cut<TRow, TItem>(
        IReadOnlyList<TRow> rows, int limit, Func<TRow, TItem> show, Func<TRow, Cursor> end, params ReadOnlySpan<string?> filter) =>
        new([.. rows.Take(limit).Select(show)], rows.Count > limit ? end(rows[limit - 1]).Write(filter) : null);

    /// <summary>Encodes the cursor as an opaque string.</summary>
    /// <param name="filter">Everything that the list is filtered and sorted by.</param>
    public string Write(params ReadOnlySpan<string?> filter)
    {
        var id = Encoding.UTF8.GetBytes(Id);
        var bytes = new byte[FilterBytes + sizeof(long) + id.Length];
        Digest(filter).CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(FilterBytes), At.ToUnixTimeMilliseconds());
        id.CopyTo(bytes, FilterBytes + sizeof(long));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Decodes a cursor written by <see cref="Write"/> for the same filter.</summary>
    /// <param name="text">The encoded cursor; null or empty for the first page.</param>
    /// <param name="filter">Everything that the list is filtered and sorted by.</param>
    /// <returns>The cursor, null for the first page, or an error.</returns>
    public static Result<Cursor?> Read(string? text, params ReadOnlySpan<string?> filter)
    {
        if (string.IsNullOrEmpty(text))
        {
            return (Cursor?)null;
        }

        if (text.Length <= 1000 && Base64Url.IsValid(text))
        {
            var bytes = Base64Url.DecodeFromChars(text);
            if (bytes.Length > FilterBytes + sizeof(long) && bytes.AsSpan(0, FilterBytes).SequenceEqual(Digest(filter)))
            {
                var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(FilterBytes));
                if (milliseconds is >= 0 and < 253_402_300_800_000) // the end of the year 9999
                {
                    return new Cursor(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), Encoding.UTF8.GetString(
                        bytes.AsSpan(FilterBytes + sizeof(long))));
                }
            }
        }

        return Error.Invalid("cursor", "Use the cursor of the previous page, with the same filter and order.");
    }

    static byte[] Digest(ReadOnlySpan<string?> filter)
    {
        var text = new StringBuilder();
        foreach (var part in filter)
        {
            text.Append(part?.Length ?? -1).Append(':').Append(part);
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))[..FilterBytes];
    }
}
