namespace Dashboard.Tests.Unit.Support;

/// <summary> Pseudo-random numbers that are the same in every run (xorshift64*, Vigna 2016), so that failures are reproducible. Not secure:
/// the numbers are predictable. </summary>
sealed class Xorshift(ulong seed)
{
    ulong state = seed == 0 ? throw new ArgumentOutOfRangeException(nameof(seed), "Zero stays zero.") : seed;

    /// <summary>Returns a number from 0 to below the limit.</summary>
    public int Below(int limit)
    {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return (int)((state * 0x2545F4914F6CDD1D >> 32) % (uint)limit);
    }

    /// <summary>Returns a number in the range, inclusive.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Flip() => Below(2) == 0;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    public string Text(string alphabet, int length) => string.Create(length, (this, alphabet), static (span, x) =>
    {
        foreach (ref var c in span)
        {
            c = x.alphabet[x.Item1.Below(x.alphabet.Length)];
        }
    });

    /// <summary>Returns a text of arbitrary UTF-16 units, including control characters and unpaired surrogates. Half of it is
    /// ASCII.</summary>
    public string Garbage(int length) => string.Create(length, this, static (span, x) =>
    {
        foreach (ref var c in span)
        {
            c = (char)x.Below(x.Flip() ? 0x80 : 0x10000);
        }
    });
}
