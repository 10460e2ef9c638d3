using System.Buffers;
using System.Security.Cryptography;

namespace Dashboard.Core.Keys.Format;

enum KeyTemplatePartKind
{
    Literal,
    Environment,
    Id,
    Uuid,
    Secret,
    Hex,
}

/// <summary>A literal or a token of a template, and its length in a key.</summary>
readonly record struct KeyTemplatePart(KeyTemplatePartKind Kind, int Length, string Literal = "")
{
    static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public bool IsPublicId => Kind is KeyTemplatePartKind.Id or KeyTemplatePartKind.Uuid;

    public bool IsSecret => Kind is KeyTemplatePartKind.Secret or KeyTemplatePartKind.Hex;

    /// <summary>Writes the characters of the part. The checksum later replaces the end of a <c>{secret}</c>, because it depends on the
    /// whole key.</summary>
    public void Fill(Span<char> place, string environment)
    {
        switch (Kind)
        {
            case KeyTemplatePartKind.Literal:
                Literal.CopyTo(place);
                break;
            case KeyTemplatePartKind.Environment:
                environment.CopyTo(place);
                break;
            case KeyTemplatePartKind.Uuid:
                FillUuid(place);
                break;
            case KeyTemplatePartKind.Hex:
                RandomNumberGenerator.GetHexString(place, lowercase: true);
                break;
            default:
                Base62.FillRandom(place);
                break;
        }
    }

    public bool Fits(ReadOnlySpan<char> place) => Kind switch
    {
        KeyTemplatePartKind.Literal => place.SequenceEqual(Literal),
        KeyTemplatePartKind.Environment => KeyEnvironments.TryParse(place, out _),
        KeyTemplatePartKind.Uuid or KeyTemplatePartKind.Hex => !place.ContainsAnyExcept(HexDigits),
        _ => Base62.IsAll(place),
    };

    // Version 4 rather than 7, because a public id need not reveal when the key was created.
    static void FillUuid(Span<char> place)
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        Convert.TryToHexStringLower(bytes, place, out _);
    }
}
