namespace Dashboard.Shared;

/// <summary>Which search texts may stand in an address, where they stay in the browser's history.</summary>
static class SearchText
{
    /// <summary>No key is shorter, whatever its template.</summary>
    const int KeyLength = 33;

    /// <summary>A part of a secret of this length is too much.</summary>
    const int PartLength = 10;

    /// <summary>In random text, at least one of so many letters is of another kind (small letters, capitals, digits) than the one before
    /// it.</summary>
    const int TurnsIn = 3;

    /// <summary>Returns whether a text is no key, token or part of one, as far as can be told. It errs on the safe side: a long name
    /// without a space, or an identifier, can be searched for as well, but is not in the address.</summary>
    public static bool MayStandInAddress(string? text)
    {
        var (run, turns, unbroken) = (0, 0, 0);
        for (var i = 0; i < text?.Length; i++)
        {
            unbroken = char.IsWhiteSpace(text[i]) ? 0 : unbroken + 1;
            run = char.IsAsciiLetterOrDigit(text[i]) ? run + 1 : 0;
            turns = run < 2 ? 0 : KindOf(text[i]) == KindOf(text[i - 1]) ? turns : turns + 1;
            if (unbroken >= KeyLength || (run >= PartLength && turns * TurnsIn >= run))
            {
                return false;
            }
        }

        return true;
    }

    static int KindOf(char c) => char.IsAsciiDigit(c) ? 0 : char.IsAsciiLetterUpper(c) ? 1 : 2;
}
