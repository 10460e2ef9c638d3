using Dashboard.Tests.Unit.Support;

namespace Dashboard.Tests.Unit.Keys.Format;

/// <summary>Generates templates from the documented rules, valid ones and ones with a single error.</summary>
static class RandomTemplates
{
    public const string LiteralCharacters = Base62.Digits + "_-";

    /// <summary>The four example templates of the documentation.</summary>
    public static readonly string[] HouseStyles =
    [
        "nk_{env}_{id:8}_{secret:32}", "nk_{env}_{hex:64}", "ak-{uuid}{secret:32}", "sk_{env}_{secret:32}",
    ];

    public static string Legal(Xorshift random)
    {
        var text = Literal(random);
        var publicId = random.Below(3) switch { 0 => "", 1 => "{uuid}", _ => $"{{id:{random.Between(8, 64)}}}" };
        string[] tokens = random.Flip() ? [publicId, random.Flip() ? "{env}" : ""] : [random.Flip() ? "{env}" : "", publicId];
        foreach (var token in tokens)
        {
            text += token + (random.Flip() ? Literal(random) : "");
        }
        var hidden = publicId.Length > 0 ? 0 : 4;
        return text + (random.Flip() ? $"{{secret:{random.Between(28 + hidden, 300)}}}" : $"{{hex:{random.Between(32 + hidden, 300)}}}");
    }

    /// <summary>Returns a template with one error, and a part of the message that must name it.</summary>
    public static (string Text, string Names) Illegal(Xorshift random)
    {
        var legal = Legal(random);
        var secretAt = legal.LastIndexOf('{');
        var (before, secret) = (legal[..secretAt], legal[secretAt..]);
        var literal = Literal(random);
        return random.Below(14) switch
        {
            0 => (legal[legal.IndexOf('{', StringComparison.Ordinal)..], "start with a literal"),
            1 => (legal + literal, "continues after its secret"),
            2 => (before, "no secret"),
            3 => (legal + secret, "more than one secret"),
            4 => (literal + "{env}{env}" + secret, "{env} more than once"),
            5 => ($"{literal}{{id:{random.Between(8, 64)}}}{{uuid}}{secret}", "more than one public id"),
            6 => ($"{literal}{{id:{random.Between(1, 7)}}}{secret}", "8 to 64"),
            7 => ($"{literal}{{id:{random.Between(65, 100_000)}}}{secret}", "8 to 64"),
            8 => ($"{literal}{{uuid}}{{secret:{random.Between(1, 27)}}}", "{secret:28}"),
            9 => ($"{literal}{{hex:{random.Between(1, 35)}}}", "{hex:36}"),
            10 => ($"{literal}{{{random.Text("ABCDEFGHIJ", 3)}}}{secret}", "is unknown"),
            11 => (legal[..^1], "opening brace without a closing one"),
            12 => (before + random.Text(" .:/+=~!§é\t\0", 1) + secret, "only letters"),
            _ => ($"{literal}{{uuid}}{{hex:{random.Between(481, 512)}}}", "at most 512"),
        };
    }

    static string Literal(Xorshift random) => random.Text(LiteralCharacters, random.Between(1, 12));
}
