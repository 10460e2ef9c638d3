using Dashboard.Audit;
using Dashboard.Core.Audit;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

public sealed class AuditTextTests
{
    [Fact]
    public void Actions_are_words()
    {
        Assert.Equal("Key disabled", AuditText.Of("key.switched_off"));
        Assert.Equal("Sign-in", AuditText.Of("session.refused"));
        Assert.Equal("Invitation resent", AuditText.Of("invitation.resent")); // one that has no words of its own
    }

    [Fact]
    public void Details_are_what_changed_and_facts()
    {
        const string details = """{"from":"a","to":null,"because":"project_deleted","count":3,"list":["x","y"],"empty":null,"flag":true}""";
        Assert.Equal(("a", ""), AuditText.ChangeOf(details));
        Assert.Equal(
            [new("Because", "project_deleted"), new("Count", "3"), new("List", "x, y"), new AuditFact("Flag", "Yes")],
            AuditText.FactsOf(details));
        Assert.Null(AuditText.ChangeOf("""{"reason":"forbidden"}"""));
        Assert.Equal("Role too low", AuditText.ReasonOf("""{"reason":"forbidden"}"""));
        Assert.Equal("Something new", AuditText.ReasonOf("""{"reason":"something_new"}"""));
        Assert.Null(AuditText.ReasonOf("""{"reason":7}"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    public void Details_that_somebody_altered_are_shown_as_none(string details)
    {
        Assert.Null(AuditText.ChangeOf(details));
        Assert.Empty(AuditText.FactsOf(details));
        Assert.Null(AuditText.ReasonOf(details));
    }

    [Fact]
    public void Long_names_are_cut_without_splitting_a_letter()
    {
        var name = new string('a', 119) + "😀 and more";
        var row = new AuditRecord(
            false, 7, default, new("user", "u", name), null, null, "keys", "key.created", new("key", "Ab12CdEf", name), true, "{}", "", "");
        var item = AuditItem.Of(row);
        Assert.Equal((new string('a', 119) + "…", "Ab12CdEf", true), (item.Who, item.Hint, item.HasCode));
    }

    [Fact]
    public void Caller_that_has_not_authenticated_has_a_name() =>
        Assert.Equal("Not signed in", AuditText.NameOf(new AuditActor("anonymous", "", "")));
}
