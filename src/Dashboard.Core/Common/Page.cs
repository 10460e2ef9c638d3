using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Common;

/// <summary>A page of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">Where the next page begins, or null when this is the last.</param>
/// <typeparam name="T">A row's type.</typeparam>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>The limits of pages.</summary>
public static class Page
{
    /// <summary>The most rows on a page.</summary>
    public const int MaxLimit = 200;

    /// <summary>The rows on a page where none is asked for.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The most characters to search for: as many as the longest text that is searched has. SQLite takes no pattern of any length.</summary>
    public const int MaxSearchLength = 512;

    /// <summary>What is wrong with a limit or with what is searched for, or null.</summary>
    /// <param name="limit">The most rows.</param>
    /// <param name="search">What is searched for, or null.</param>
    public static Error? Check(int limit, string? search = null)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Error.Invalid("limit", $"Use a whole number from 1 to {MaxLimit}.");
        }

        return search is { Length: > MaxSearchLength } ? Error.Invalid("search", $"Search for {MaxSearchLength} characters or fewer.") : null;
    }
}

/// <summary>The end of a page, from which the next begins: a time, an identifier among equal times, and the filter that it is good for.</summary>
/// <param name="At">The last row's time.</param>
/// <param name="Id">The last row's identifier.</param>
public readonly record struct Cursor(DateTimeOffset At, string Id)
{
    const int FilterBytes = 8;

    /// <summary>The end of a page whose rows are told apart by a number.</summary>
    /// <param name="at">The last row's time.</param>
    /// <param name="id">The last row's identifier.</param>
    public Cursor(DateTimeOffset at, long id)
        : this(at, id.ToString(CultureInfo.InvariantCulture))
    {
    }

    /// <summary><see cref="Id"/> as the number that it was written as; 0 where it is none.</summary>
    public long AsNumber => long.TryParse(Id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Makes a page of one row more than it holds: the row too many says that there is a next page.</summary>
    /// <param name="rows">At most <paramref name="limit"/> and one rows.</param>
    /// <param name="limit">The most rows on a page.</param>
    /// <param name="show">Makes an item of a row.</param>
    /// <param name="end">Where a row stands in the order.</param>
    /// <param name="filter">All that the list is filtered and sorted by.</param>
    /// <typeparam name="TRow">A row.</typeparam>
    /// <typeparam name="TItem">An item.</typeparam>
    public static Page<TItem> Cut<TRow, TItem>(
        IReadOnlyList<TRow> rows, int limit, Func<TRow, TItem> show, Func<TRow, Cursor> end, params ReadOnlySpan<string?> filter) =>
        new([.. rows.Take(limit).Select(show)], rows.Count > limit ? end(rows[limit - 1]).Write(filter) : null);

    /// <summary>Writes it as an opaque text.</summary>
    /// <param name="filter">All that the list was filtered and sorted by.</param>
    public string Write(params ReadOnlySpan<string?> filter)
    {
        var id = Encoding.UTF8.GetBytes(Id);
        var bytes = new byte[FilterBytes + sizeof(long) + id.Length];
        Digest(filter).CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(FilterBytes), At.ToUnixTimeMilliseconds());
        id.CopyTo(bytes, FilterBytes + sizeof(long));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads what <see cref="Write"/> wrote, for the same filter.</summary>
    /// <param name="text">The text; null or empty for the first page.</param>
    /// <param name="filter">All that the list is filtered and sorted by.</param>
    /// <returns>The end of the page before, null for the first page, or a fault.</returns>
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
                    return new Cursor(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), Encoding.UTF8.GetString(bytes.AsSpan(FilterBytes + sizeof(long))));
                }
            }
        }

        return Error.Invalid("cursor", "Take the cursor from the page before, with the same filter and order.");
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
