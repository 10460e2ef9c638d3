namespace Dashboard.Core.Keys.Format;

/// <summary>The rules for valid templates. Each returns an error message, or null if the template follows the rule.</summary>
static class KeyTemplateRules
{
    const int MinRandomBits = 128;
    const double BitsPerBase62Digit = 5.954196310386875;
    const int BitsPerHexDigit = 4;

    public static string? Check(List<KeyTemplatePart> parts) =>
        Start(parts) ?? End(parts) ?? Environment(parts) ?? PublicId(parts) ?? RandomBits(parts) ?? Total(parts);

    static string? Start(List<KeyTemplatePart> parts) => parts is [{ Kind: KeyTemplatePartKind.Literal }, ..]
        ? null
        : $"The template must start with a literal (letters, digits, _ and -), as the default {KeyTemplate.Default} does.";

    static string? End(List<KeyTemplatePart> parts) => parts.Count(x => x.IsSecret) switch
    {
        0 => "The template has no secret: it must end in {secret:N} or {hex:N}.",
        > 1 => "The template has more than one secret: it must end in its one {secret:N} or {hex:N}.",
        _ => parts[^1].IsSecret ? null : "The template continues after its secret: it must end in {secret:N} or {hex:N}.",
    };

    static string? Environment(List<KeyTemplatePart> parts) => parts.Count(x => x.Kind == KeyTemplatePartKind.Environment) > 1
        ? "The template has {env} more than once; use it at most once."
        : null;

    static string? PublicId(List<KeyTemplatePart> parts) => parts.Count(x => x.IsPublicId) > 1
        ? "The template has more than one public id; use only one of {id:N} and {uuid}, once."
        : null;

    static string? RandomBits(List<KeyTemplatePart> parts)
    {
        var secret = parts[^1];
        var shown = parts.Any(x => x.IsPublicId) ? 0 : KeyTemplate.ShownOfSecret;
        var (name, fixedLength, bitsPerDigit) = secret.Kind == KeyTemplatePartKind.Secret
            ? ("secret", KeyTemplate.ChecksumLength, BitsPerBase62Digit)
            : ("hex", 0, BitsPerHexDigit);
        var bits = (int)(Math.Max(0, secret.Length - fixedLength - shown) * bitsPerDigit);
        if (bits >= MinRandomBits)
        {
            return null;
        }
        var least = (int)Math.Ceiling(MinRandomBits / bitsPerDigit) + fixedLength + shown;
        return $"The template leaves {bits} random bits that lists never show, but {MinRandomBits} are needed: use at least {{{name}:{least}}}"
            + (shown > 0 ? ", because without a public id lists show the first 4 characters of the secret." : ".");
    }

    static string? Total(List<KeyTemplatePart> parts) => parts.Sum(x => x.Length) is > KeyTemplate.MaxKeyLength and var total
        ? $"The template produces keys of {total} characters, but at most {KeyTemplate.MaxKeyLength} are allowed."
        : null;
}
