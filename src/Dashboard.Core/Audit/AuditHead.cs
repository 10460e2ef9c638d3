using System.Globalization;
using System.Text.RegularExpressions;
using Dashboard.Core.Changes;

namespace Dashboard.Core.Audit;

/// <summary>The end of a chain at some time. Kept elsewhere, it shows later that no entry up to it was altered or cut off.</summary>
/// <param name="Chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
/// <param name="Sequence">The position of the last entry.</param>
/// <param name="Hash">The hash of the last entry, 64 hexadecimal digits in lower case.</param>
public sealed partial record AuditHead(long Chain, long Sequence, string Hash)
{
    /// <summary>The maximum length of the text of a head.</summary>
    public const int MaxLength = 110;

    internal AuditHead(long chain, long sequence, byte[] hash)
        : this(chain, sequence, Convert.ToHexStringLower(hash))
    {
    }

    /// <summary>Returns <c>chain:sequence:hash</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Chain}:{Sequence}:{Hash}");

    /// <summary>Parses the text of a head. Returns null for anything else.</summary>
    public static AuditHead? TryParse(string text) => FindAll(text) is [var only] && only.ToString() == text ? only : null;

    /// <summary>Finds the heads in a text, such as lines of the log.</summary>
    public static IReadOnlyList<AuditHead> FindAll(string text) =>
    [
        .. Pattern().Matches(text).Select(match => new AuditHead(
            long.Parse(match.Groups["chain"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
            long.Parse(match.Groups["sequence"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
            match.Groups["hash"].Value)),
    ];

    [GeneratedRegex(@"(?<![0-9:])(?<chain>0|[1-9][0-9]{0,17}):(?<sequence>[1-9][0-9]{0,17}):(?<hash>[0-9a-f]{64})(?![0-9a-f])",
        RegexOptions.None, 1000)]
    private static partial Regex Pattern();
}
