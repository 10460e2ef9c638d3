using Dashboard.Auth;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Dashboard.Tests.Unit.Auth;

public sealed class CircuitLedgerTests
{
    readonly FakeTimeProvider time = new();
    readonly List<object> ended = [];

    [Fact]
    public void Connections_past_a_limit_are_refused_until_one_closes()
    {
        var ledger = Ledger(perSession: 2, perPerson: 3);
        Assert.True(ledger.TryNegotiate("s1", "ada") && ledger.TryNegotiate("s1", "ada"));
        Assert.False(ledger.TryNegotiate("s1", "ada"));
        Assert.True(ledger.Connect("s1", "ada") && ledger.Connect("s1", "ada"));
        Assert.False(ledger.TryNegotiate("s1", "ada"));
        Assert.True(ledger.TryNegotiate("s2", "ada"));
        Assert.False(ledger.TryNegotiate("s2", "ada")); // three of the person's
        Assert.True(ledger.TryNegotiate("s9", "bob"));
        ledger.Close("s1", "ada");
        Assert.True(ledger.TryNegotiate("s1", "ada"));
    }

    [Fact]
    public void Connection_that_was_never_negotiated_is_refused_past_the_limit()
    {
        var ledger = Ledger(perSession: 1, perPerson: 0);
        Assert.True(ledger.Connect("s1", "ada"));
        Assert.False(ledger.Connect("s1", "ada"));
        ledger.Close("s1", "ada");
        Assert.False(ledger.TryNegotiate("s1", "ada"));
        ledger.Close("s1", "ada");
        Assert.True(ledger.TryNegotiate("s1", "ada"));
    }

    [Fact]
    public void Negotiation_without_a_connection_counts_for_some_seconds()
    {
        var ledger = Ledger(perSession: 1, perPerson: 1);
        Assert.True(ledger.TryNegotiate("s1", "ada"));
        Assert.False(ledger.TryNegotiate("s1", "ada"));
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.True(ledger.TryNegotiate("s1", "ada"));
    }

    [Fact]
    public void Circuit_past_the_limit_ends_the_oldest_of_its_own_that_lost_its_connection()
    {
        var ledger = Ledger(perSession: 2, perPerson: 3);
        ledger.Add("bob's", "s9", "bob");
        ledger.Lose("bob's");
        foreach (var circuit in new[] { "1", "2" })
        {
            ledger.Add(circuit, "s1", "ada");
            ledger.Lose(circuit);
        }

        ledger.Regain("1");
        ledger.Add("3", "s1", "ada");
        Assert.Equal(["2"], ended);
        ledger.Lose("1");
        ledger.Add("4", "s2", "ada");
        Assert.Equal(["2"], ended);
        ledger.Add("5", "s2", "ada"); // four of the person's
        Assert.Equal(["2", "1"], ended);
        ledger.Add("6", "s2", "ada"); // nothing left to end: connections are refused instead
        Assert.Equal(["2", "1"], ended);
        ledger.Remove("2"); // as the framework reports afterwards
        ledger.Lose("2");
        Assert.Equal(["2", "1"], ended);
    }

    [Fact]
    public void Circuits_of_others_stay_when_one_person_loses_more_than_all_may_keep()
    {
        var ledger = Ledger(perSession: 0, perPerson: 0);
        ledger.Add("bob's", "s9", "bob");
        ledger.Lose("bob's");
        for (var i = 0; i <= CircuitLedger.MaxDisconnected; i++)
        {
            ledger.Add(i, "s1", "ada");
            ledger.Lose(i);
        }

        Assert.Equal([0, 1], ended);
    }

    [Fact]
    public void Framework_has_what_ends_a_circuit() => Assert.True(CircuitTermination.IsAvailable);

    CircuitLedger Ledger(int perSession, int perPerson) =>
        new(new() { CircuitsPerSession = perSession, CircuitsPerPerson = perPerson }, time, ended.Add);
}
