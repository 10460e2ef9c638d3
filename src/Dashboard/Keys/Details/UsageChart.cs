using System.Globalization;
using System.Text;
using Dashboard.Core.Usage;

namespace Dashboard.Keys.Details;

/// <summary>The geometry of a chart of days: a path for each color, in units of a day across and <see cref="Height"/> up.</summary>
public sealed class UsageChart
{
    /// <summary>The height of the drawing.</summary>
    public const int Height = 100;

    const int Intervals = 3;
    const int DateCount = 7;
    const double Gap = 0.15;

    /// <summary>A single request beside thousands still shows.</summary>
    const double Least = 0.75;

    /// <summary>Steps between two lines of the grid, to be multiplied by a power of ten.</summary>
    static readonly long[] steps = [1, 2, 3, 4, 5, 6, 8];

    /// <summary>Draws the days, the oldest first.</summary>
    public UsageChart(IReadOnlyList<UsageDay> days)
    {
        Step = StepOf(days.Select(day => day.Allowed + day.Refused + day.RateLimited).DefaultIfEmpty().Max());
        var (allowed, refused, limited) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        foreach (var (index, day) in days.Index())
        {
            var floor = (double)Height;
            Add(allowed, index, day.Allowed, ref floor);
            Add(refused, index, day.Refused, ref floor);
            Add(limited, index, day.RateLimited, ref floor);
        }

        (Allowed, Refused, RateLimited) = (allowed.ToString(), refused.ToString(), limited.ToString());
        var marks = Enumerable.Range(0, days.Count == 0 ? 0 : DateCount);
        Dates = [.. marks.Select(mark => mark * (days.Count - 1) / (DateCount - 1)).Distinct().Select(index => days[index].Day)];
    }

    /// <summary>The number of requests between two lines of the grid.</summary>
    public long Step { get; }

    /// <summary>The path of the accepted requests; empty if there are none.</summary>
    public string Allowed { get; }

    /// <summary>The path of the refused requests, above the accepted ones.</summary>
    public string Refused { get; }

    /// <summary>The path of the requests refused for the rate limit, on top.</summary>
    public string RateLimited { get; }

    /// <summary>The days below the chart, evenly spread, the first and the last among them.</summary>
    public IReadOnlyList<DateOnly> Dates { get; }

    /// <summary>The numbers beside the chart, from the top to 0.</summary>
    public IReadOnlyList<string> Marks => [.. Enumerable.Range(0, Intervals + 1).Select(line => InWords(Step * (Intervals - line)))];

    /// <summary>The lines of the grid, from the top to the bottom.</summary>
    public static IReadOnlyList<string> Lines { get; } =
        [.. Enumerable.Range(0, Intervals + 1).Select(line => Text((double)Height * line / Intervals))];

    /// <summary>Short enough for the axis: "2,400", "24k", "2.4M".</summary>
    static string InWords(long number) => number switch
    {
        < 10_000 => number.ToString("N0", CultureInfo.InvariantCulture),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1_000d:0.#}k"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1_000_000d:0.#}M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{number / 1_000_000_000d:#,0.#}G"),
    };

    static long StepOf(long most)
    {
        for (var power = 1L; ; power *= 10)
        {
            foreach (var step in steps)
            {
                if (step * power >= (most + Intervals - 1) / Intervals)
                {
                    return step * power;
                }
            }
        }
    }

    void Add(StringBuilder path, int index, long count, ref double floor)
    {
        if (count == 0)
        {
            return;
        }

        var height = Math.Min(floor, Math.Max(Least, (double)Height * count / (Step * Intervals)));
        floor -= height;
        path.Append('M').Append(Text(index + Gap)).Append(' ').Append(Text(floor)).Append('h').Append(Text(1 - (2 * Gap)))
            .Append('v').Append(Text(height)).Append("h-").Append(Text(1 - (2 * Gap))).Append('z');
    }

    static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
