using Xunit;

namespace Dashboard.Tests.Unit.Architecture;

public sealed class FolderGraphTests
{
    static readonly string[] Floors = ["Common", "Data", "Keys", "Audit"];

    [Fact]
    public void Use_of_a_folder_above_is_allowed()
    {
        var graph = Graph(("Keys", "Common"), ("Audit", "Data"), ("Audit", "Keys"), ("Keys", "Keys"));
        Assert.Empty(graph.FindDownward(Floors));
        Assert.Empty(graph.FindCircles());
    }

    [Fact]
    public void Use_of_a_folder_below_is_found_with_what_uses_it()
    {
        var graph = Graph(("Keys", "Common"), ("Data", "Keys"));
        Assert.Equal(["Data uses Keys, which stands below it: Data > Keys"], graph.FindDownward(Floors));
        Assert.Empty(graph.FindCircles());
    }

    [Fact]
    public void Folder_in_no_floor_is_found()
    {
        Assert.Equal(["Misc is in no floor"], Graph(("Misc", "Common")).FindDownward(Floors));
    }

    [Fact]
    public void Circle_through_several_folders_is_found_and_others_are_not_in_it()
    {
        var graph = Graph(("Keys", "Data"), ("Data", "Audit"), ("Audit", "Keys"), ("Audit", "Common"), ("Shell", "Keys"));
        var circle = Assert.Single(graph.FindCircles());
        Assert.StartsWith("Audit, Data, Keys use each other: ", circle, StringComparison.Ordinal);
        Assert.Contains("Data uses Audit (Data > Audit)", circle, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_circles_are_told_apart()
    {
        Assert.Equal(2, Graph(("A", "B"), ("B", "A"), ("C", "D"), ("D", "C"), ("C", "A")).FindCircles().Count);
    }

    static FolderGraph Graph(params (string From, string To)[] uses)
    {
        var graph = new FolderGraph();
        foreach (var (from, to) in uses)
        {
            graph.Add(from, to, $"{from} > {to}");
        }

        return graph;
    }
}
