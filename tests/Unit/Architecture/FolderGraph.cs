namespace Dashboard.Tests.Unit.Architecture;

/// <summary>Which folder uses which, and by what.</summary>
sealed class FolderGraph
{
    readonly Dictionary<string, SortedDictionary<string, List<string>>> uses = new(StringComparer.Ordinal);

    /// <summary>Adds that something in one folder uses something in another.</summary>
    /// <param name="from">The folder that uses.</param>
    /// <param name="to">The folder that is used.</param>
    /// <param name="by">What uses what, for the failure's text.</param>
    public void Add(string from, string to, string by)
    {
        if (from == to)
        {
            return;
        }

        if (!uses.TryGetValue(from, out var used))
        {
            uses[from] = used = new(StringComparer.Ordinal);
        }

        if (!used.TryGetValue(to, out var reasons))
        {
            used[to] = reasons = [];
        }

        reasons.Add(by);
    }

    /// <summary>The folders that use another or are used.</summary>
    public IReadOnlySet<string> Folders => uses.Keys.Concat(uses.Values.SelectMany(used => used.Keys)).ToHashSet(StringComparer.Ordinal);

    /// <summary>The uses of a folder by one that stands above it, one line each.</summary>
    /// <param name="floors">The folders from the top floor down: each may use those before it.</param>
    public IReadOnlyList<string> FindDownward(IReadOnlyList<string> floors)
    {
        var place = floors.Select((folder, at) => (folder, at)).ToDictionary(x => x.folder, x => x.at, StringComparer.Ordinal);
        return
        [
            .. Folders.Where(folder => !place.ContainsKey(folder)).Order(StringComparer.Ordinal)
                .Select(folder => $"{folder} is in no floor"),
            .. from user in uses.OrderBy(x => x.Key, StringComparer.Ordinal)
               from used in user.Value
               where place.TryGetValue(user.Key, out var own) && place.TryGetValue(used.Key, out var other) && other > own
               select $"{user.Key} uses {used.Key}, which stands below it: {string.Join(", ", used.Value.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}",
        ];
    }

    /// <summary>The groups of folders that use each other, directly or through others, one line each.</summary>
    public IReadOnlyList<string> FindCircles()
    {
        var reached = Folders.ToDictionary(folder => folder, Reach, StringComparer.Ordinal);
        return
        [
            .. Folders.Where(folder => reached[folder].Contains(folder))
                .GroupBy(folder =>
                    string.Join(", ", reached[folder].Where(other => reached[other].Contains(folder))
                        .Order(StringComparer.Ordinal)), StringComparer.Ordinal)
                .Select(circle => $"{circle.Key} use each other: {string.Join("; ", Reasons([.. circle]))}").Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>All that a folder uses, itself too if that leads back to it.</summary>
    HashSet<string> Reach(string folder)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([folder]);
        while (open.TryPop(out var next))
        {
            foreach (var used in uses.TryGetValue(next, out var all) ? all.Keys.Where(seen.Add) : [])
            {
                open.Push(used);
            }
        }

        return seen;
    }

    IEnumerable<string> Reasons(List<string> circle) =>
        from user in circle
        where uses.ContainsKey(user)
        from used in uses[user]
        where circle.Contains(used.Key, StringComparer.Ordinal)
        select $"{user} uses {used.Key} ({string.Join(", ", used.Value.Distinct(StringComparer.Ordinal).Take(3))})";
}
