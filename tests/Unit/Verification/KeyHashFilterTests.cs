using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

public sealed class KeyHashFilterTests
{
    [Fact]
    public void Filter_contains_exactly_what_was_added_in_any_order()
    {
        var random = new Xorshift(11);
        var (known, model) = (new KeyHashFilter(), new HashSet<ulong>());
        for (var i = 0; i < 100_000; i++)
        {
            // many have equal low halves
            var prefix = random.Flip() ? (ulong)random.Below(1 << 20) << 44
                : ((ulong)random.Below(int.MaxValue) << 32) | (uint)random.Below(int.MaxValue);
            known.Add(prefix);
            model.Add(prefix);
        }

        Assert.Equal(model.Count, known.Count);
        Assert.All(model, prefix => Assert.True(known.Contains(prefix)));
        for (var i = 0; i < 100_000; i++)
        {
            var prefix = ((ulong)random.Below(int.MaxValue) << 32) | (uint)random.Below(int.MaxValue);
            Assert.Equal(model.Contains(prefix), known.Contains(prefix));
        }
    }

    [Fact]
    public void Zero_is_a_prefix_like_any_other()
    {
        var known = new KeyHashFilter();
        Assert.False(known.Contains(0));
        known.Add(0);
        known.Add(0);
        Assert.True(known.Contains(0));
        Assert.Equal(1, known.Count);
    }
}
