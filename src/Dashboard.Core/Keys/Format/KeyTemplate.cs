using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Keys.Format;

/// <summary>The format of keys. Mints keys and checks whether text can be one.</summary>
/// <remarks>
/// <para>A template is a sequence of literals and tokens. Literals consist of <c>A-Z a-z 0-9 _ -</c>. The tokens are:</para>
/// <list type="table">
/// <item><term><c>{env}</c></term><description><c>live</c> or <c>test</c>. At most once.</description></item>
/// <item><term><c>{id:N}</c></term><description>The public id: N base62 characters, 8 to 64.</description></item>
/// <item><term><c>{uuid}</c></term><description>The public id: the 32 lowercase hex digits of a random UUID (RFC 9562, version 4).
/// At most one of <c>{id:N}</c> and <c>{uuid}</c>.</description></item>
/// <item><term><c>{secret:N}</c></term><description>N - 6 random base62 characters and a checksum of 6.</description></item>
/// <item><term><c>{hex:N}</c></term><description>N random lowercase hex digits, without a checksum.</description></item>
/// </list>
/// <para>A template starts with a literal and ends in its only <c>{secret:N}</c> or <c>{hex:N}</c>. It must have at least 128 random bits
/// that lists never show. The checksum is not random, and without a public id lists show the first 4 characters of the secret. The minimum
/// is therefore <c>{secret:28}</c> or <c>{hex:32}</c> with a public id, and <c>{secret:32}</c> or <c>{hex:36}</c> without. A key has at
/// most 512 characters. All keys of a template have the same length, so tokens need no separators.</para>
/// <para>The checksum is the zlib CRC-32 of everything before it, including literals, as a number in the base62 digits
/// <c>0-9A-Za-z</c>, most significant first, padded with <c>0</c> to six: for <c>nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ</c> it is
/// <c>2x1xjH</c>. It rejects typing errors and random text without a database query, and says nothing about whether a key exists.</para>
/// <para>Base62 digits, UUIDs and hex digits come from the operating system's random generator, each digit with equal probability.</para>
/// </remarks>
public sealed class KeyTemplate : IParsable<KeyTemplate>
{
    /// <summary>The default template.</summary>
    public const string Default = "nk_{env}_{id:8}_{secret:32}";

    /// <summary>The maximum length of a key. Longer text is never a key.</summary>
    public const int MaxKeyLength = 512;

    /// <summary>The maximum length of a template. Only <c>{env}</c> is longer than its value, by one character.</summary>
    public const int MaxTextLength = MaxKeyLength + 1;

    internal const int ChecksumLength = 6;
    internal const int ShownOfSecret = 4;
    const int OwnIdLength = 8;

    /// <summary>How many characters more or less than a key has may come from a typing error.</summary>
    internal const int MaxMiscounted = 3;

    /// <summary>How much of a secret makes a text more than the prefix that lists show.</summary>
    const int MinSecretPasted = 4;

    static readonly SearchValues<char> KeyCharacters = SearchValues.Create(Base62.Digits + "_-");

    readonly KeyTemplatePart[] parts;

    internal KeyTemplate(string text, KeyTemplatePart[] parts)
    {
        this.parts = parts;
        Text = text;
        KeyLength = parts.Sum(x => x.Length);
        HasChecksum = parts[^1].Kind == KeyTemplatePartKind.Secret;
        HasPublicId = parts.Any(x => x.IsPublicId);
        HasEnvironment = parts.Any(x => x.Kind == KeyTemplatePartKind.Environment);
    }

    /// <summary>The template with the text <see cref="Default"/>.</summary>
    public static KeyTemplate OfDefault { get; } = TryParse(Default, out var template, out var fault)
        ? template : throw new FormatException(fault);

    /// <summary>The text of the template.</summary>
    public string Text { get; }

    /// <summary>The length of every key with this template.</summary>
    public int KeyLength { get; }

    /// <summary>Whether keys end in a checksum, as with <c>{secret:N}</c>.</summary>
    public bool HasChecksum { get; }

    /// <summary>Whether keys contain the public id, as <c>{id:N}</c> or <c>{uuid}</c>.</summary>
    public bool HasPublicId { get; }

    /// <summary>Whether keys contain the environment.</summary>
    public bool HasEnvironment { get; }

    static KeyTemplate IParsable<KeyTemplate>.Parse(string s, IFormatProvider? provider) => TryParse(s, out var template, out var fault)
        ? template
        : throw new FormatException($"\"{s}\" is not valid: {char.ToLowerInvariant(fault[0])}{fault[1..]}");

    static bool IParsable<KeyTemplate>.TryParse(string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out KeyTemplate result) =>
        TryParse(s, out result, out _);

    /// <summary>Parses a template.</summary>
    /// <param name="template">The template, on success.</param>
    /// <param name="fault">Otherwise a sentence that says what is wrong and what is allowed.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out KeyTemplate? template, [NotNullWhen(false)] out string? fault)
    {
        text ??= "";
        fault = KeyTemplateParser.Read(text, out var parts) ?? KeyTemplateRules.Check(parts);
        template = fault is null ? new KeyTemplate(text, [.. parts]) : null;
        return template is not null;
    }

    /// <summary>Mints a key: new random characters for every token except <c>{env}</c>.</summary>
    /// <param name="environment">The value of <c>{env}</c>. A template without it produces the same format for both.</param>
    /// <exception cref="ArgumentOutOfRangeException">The environment is not defined.</exception>
    public KeySecret Mint(KeyEnvironment environment)
    {
        var word = environment.ToWireName();
        Span<char> key = stackalloc char[MaxKeyLength];
        key = key[..KeyLength];
        var keyId = HasPublicId ? "" : Base62.Random(OwnIdLength);
        var start = 0;
        foreach (var part in parts)
        {
            var place = key.Slice(start, part.Length);
            part.Fill(place, word);
            keyId = part.IsPublicId ? place.ToString() : keyId;
            start += part.Length;
        }
        if (HasChecksum)
        {
            WriteChecksum(key[..^ChecksumLength], key[^ChecksumLength..]);
        }
        var secret = new KeySecret(key.ToString(), keyId, PrefixOf(key).ToString());
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(key));
        return secret;
    }

    /// <summary>Returns whether the text matches this template, including the checksum if it has one. Does not say whether the key exists.
    /// Accepts any text, does not throw and does not allocate.</summary>
    public bool Fits(ReadOnlySpan<char> presented)
    {
        if (presented.Length != KeyLength)
        {
            return false;
        }
        var start = 0;
        foreach (var part in parts)
        {
            if (!part.Fits(presented.Slice(start, part.Length)))
            {
                return false;
            }
            start += part.Length;
        }
        if (!HasChecksum)
        {
            return true;
        }
        Span<char> right = stackalloc char[ChecksumLength];
        WriteChecksum(presented[..^ChecksumLength], right);
        return presented[^ChecksumLength..].SequenceEqual(right);
    }

    /// <summary>Returns whether the text is probably a key of this template with a typing error or without its end: the part before the
    /// secret fits and some of a secret follows, or the text begins like a key and is about as long. Does not include keys that fit, nor
    /// the prefix that lists show. Accepts any text, does not throw and does not allocate.</summary>
    public bool Resembles(ReadOnlySpan<char> presented)
    {
        if (presented.ContainsAnyExcept(KeyCharacters) || Fits(presented))
        {
            return false;
        }

        var secretAt = KeyLength - parts[^1].Length;
        var shown = secretAt + (HasPublicId ? 0 : ShownOfSecret);
        if (presented.Length >= shown + MinSecretPasted && presented.Length <= KeyLength + MaxMiscounted && BeginFits(presented))
        {
            return true;
        }

        // An error in the first part: what then tells a key is its length, and that its end is as random as a secret looks.
        return Math.Abs(presented.Length - KeyLength) <= MaxMiscounted
            && presented.StartsWith(parts[0].Literal, StringComparison.OrdinalIgnoreCase)
            && Base62.IsAll(presented[Math.Min(secretAt + MaxMiscounted, presented.Length)..]);
    }

    bool BeginFits(ReadOnlySpan<char> presented)
    {
        var start = 0;
        foreach (var part in parts.AsSpan()[..^1])
        {
            if (!part.Fits(presented.Slice(start, part.Length)))
            {
                return false;
            }
            start += part.Length;
        }
        return true;
    }

    /// <summary>Returns the text of the template.</summary>
    public override string ToString() => Text;

    ReadOnlySpan<char> PrefixOf(ReadOnlySpan<char> key)
    {
        var secretAt = KeyLength - parts[^1].Length;
        if (!HasPublicId)
        {
            return key[..(secretAt + ShownOfSecret)];
        }
        return key[secretAt - 1] is '_' or '-' ? key[..(secretAt - 1)] : key[..secretAt];
    }

    static void WriteChecksum(ReadOnlySpan<char> before, Span<char> checksum)
    {
        Span<byte> ascii = stackalloc byte[MaxKeyLength];
        var count = Encoding.ASCII.GetBytes(before, ascii);
        Base62.Write(Crc32.HashToUInt32(ascii[..count]), checksum);
        CryptographicOperations.ZeroMemory(ascii[..count]);
    }
}
