using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Keys.Format;

/// <summary>The shape of a key: mints keys of it, and tells whether a text can be one.</summary>
/// <remarks>
/// <para>A template is literals and tokens, one after the other. Literals are of <c>A-Z a-z 0-9 _ -</c>. The tokens:</para>
/// <list type="table">
/// <item><term><c>{env}</c></term><description><c>live</c> or <c>test</c>; at most once.</description></item>
/// <item><term><c>{id:N}</c></term><description>N base62 characters, 8 to 64: the public id.</description></item>
/// <item><term><c>{uuid}</c></term><description>the 32 lower-case hex digits of a random UUID (RFC 9562, version 4): the public id.
/// At most one of <c>{id:N}</c> and <c>{uuid}</c>.</description></item>
/// <item><term><c>{secret:N}</c></term><description>N - 6 random base62 characters and a checksum of 6.</description></item>
/// <item><term><c>{hex:N}</c></term><description>N random lower-case hex digits, without a checksum.</description></item>
/// </list>
/// <para>A template starts with a literal and ends in its one <c>{secret:N}</c> or <c>{hex:N}</c>. It leaves at least 128 random bits that
/// lists never show: the checksum is not random, and a template without a public id shows its secret's first 4 characters. So the least
/// are <c>{secret:28}</c> and <c>{hex:32}</c> with a public id, <c>{secret:32}</c> and <c>{hex:36}</c> without. A key has at most 512
/// characters. All keys of a template have the same length, so two tokens need nothing between them.</para>
/// <para>The checksum is the CRC-32 (zlib's) of all that stands before it, literals included, as a number in the base62 digits
/// <c>0-9A-Za-z</c>, most significant first, padded with <c>0</c> to six: <c>nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ</c> takes
/// <c>2x1xjH</c>. It turns away typing errors and random text without a look-up, and says nothing about whether a key exists.</para>
/// <para>Base62 digits, UUIDs and hex digits are drawn from the operating system's generator, each digit equally likely.</para>
/// </remarks>
public sealed class KeyTemplate : IParsable<KeyTemplate>
{
    /// <summary>The template of an installation that sets none.</summary>
    public const string Default = "nk_{env}_{id:8}_{secret:32}";

    /// <summary>The most characters a key may have; what is presented beyond them is no key.</summary>
    public const int MaxKeyLength = 512;

    /// <summary>The most characters a template's text may have: only <c>{env}</c> is longer than what it stands for, by one.</summary>
    public const int MaxTextLength = MaxKeyLength + 1;

    internal const int ChecksumLength = 6;
    internal const int ShownOfSecret = 4;
    const int OwnIdLength = 8;

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

    /// <summary>The template <see cref="Default"/>.</summary>
    public static KeyTemplate OfDefault { get; } = TryParse(Default, out var template, out var fault) ? template : throw new FormatException(fault);

    /// <summary>The template as it was written.</summary>
    public string Text { get; }

    /// <summary>The number of characters of each of its keys.</summary>
    public int KeyLength { get; }

    /// <summary>Whether its keys end in a checksum, as those of <c>{secret:N}</c> do.</summary>
    public bool HasChecksum { get; }

    /// <summary>Whether the public id stands in the key, as <c>{id:N}</c> or <c>{uuid}</c>.</summary>
    public bool HasPublicId { get; }

    /// <summary>Whether the environment stands in the key.</summary>
    public bool HasEnvironment { get; }

    static KeyTemplate IParsable<KeyTemplate>.Parse(string s, IFormatProvider? provider) => TryParse(s, out var template, out var fault)
        ? template
        : throw new FormatException($"\"{s}\" cannot be used: {char.ToLowerInvariant(fault[0])}{fault[1..]}");

    static bool IParsable<KeyTemplate>.TryParse(string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out KeyTemplate result) => TryParse(s, out result, out _);

    /// <summary>Reads a template.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="template">The template, where the text is one.</param>
    /// <param name="fault">Otherwise one sentence for the operator: what is wrong, and what is allowed.</param>
    /// <returns>Whether the text is a legal template.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out KeyTemplate? template, [NotNullWhen(false)] out string? fault)
    {
        text ??= "";
        fault = KeyTemplateParser.Read(text, out var parts) ?? KeyTemplateRules.Check(parts);
        template = fault is null ? new KeyTemplate(text, [.. parts]) : null;
        return template is not null;
    }

    /// <summary>Mints a key: new random characters in every token that is not <c>{env}</c>.</summary>
    /// <param name="environment">What <c>{env}</c> says; a template without it mints the same shape for both.</param>
    /// <exception cref="ArgumentOutOfRangeException">The environment is no member of the enumeration.</exception>
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

    /// <summary>
    /// Whether the text has this template's shape and, where there is one, the right checksum. It says nothing about whether such a key
    /// was ever minted. Takes any text, throws nothing and allocates nothing.
    /// </summary>
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

    /// <summary>The template's text.</summary>
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
