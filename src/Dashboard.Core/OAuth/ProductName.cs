using System.Collections.Frozen;
using System.Text;

namespace Dashboard.Core.OAuth;

/// <summary>Recognizes names that read like the product's own. A client names itself, and the consent page shows that name: "Latchkey"
/// there would look like a part of the product.</summary>
static class ProductName
{
    const string Skeleton = "latchkey";

    /// <summary>Characters of other scripts, and of Latin, that look like a letter of the product's name, after compatibility composition
    /// and without marks. In lower and, where only that looks alike, upper case.</summary>
    static readonly FrozenDictionary<int, char> LookAlikes = (
        "l:1|iıɩɪίιіӏӀɭɫłŀƚǀ∣ⵏꓲꓡⳑʟⅼᏞᎥլ a:аαɑᴀᎪꓮⲁӕ∀ t:тτᴛᎢꓔⲧŧƭțт⊤ c:сϲᴄⲥꓚᏟςƈ¢ʗⅽ h:һнηʜᎻᏂհħⲏꓧћђᏲի k:кκᴋᏦⲕꓗқƙҝҟӄĸ "
        + "e:еεєҽᴇᎬꓰⲉɛ℮ϵҿєɘǝə y:уυγүұʏყᎩᎽꓬⲩƴɣყỿӯ").Split(' ')
            .SelectMany(group => group[2..].EnumerateRunes().Select(rune => (rune.Value, Letter: group[0])))
        .DistinctBy(pair => pair.Value).ToFrozenDictionary(pair => pair.Value, pair => pair.Letter);

    /// <summary>Returns whether a name contains the product's name as people read it: whatever the width, case and script of its letters,
    /// and whatever stands between them.</summary>
    public static bool IsImitatedBy(string name)
    {
        var read = new StringBuilder();
        foreach (var rune in name.Normalize(NormalizationForm.FormKC).Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            var lower = Rune.ToLowerInvariant(rune);
            if (LookAlikes.TryGetValue(rune.Value, out var letter) || LookAlikes.TryGetValue(lower.Value, out letter))
            {
                read.Append(letter);
            }
            else if (Rune.IsLetterOrDigit(lower))
            {
                read.Append(lower.ToString());
            }
        }

        return read.ToString().Contains(Skeleton, StringComparison.Ordinal);
    }
}
