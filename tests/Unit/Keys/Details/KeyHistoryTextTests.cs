using Dashboard.Keys.Details;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Details;

public sealed class KeyHistoryTextTests
{
    [Theory]
    [InlineData("key.created", "", "Created")]
    [InlineData("key.renamed", "from=backend", "Renamed from “backend”")]
    [InlineData("key.switched_on", "", "Enabled")]
    [InlineData("key.switched_off", "", "Disabled")]
    [InlineData("key.expiry_changed", "expires_at=2027-09-03T00:00:00.0000000+00:00", "Expiry set to 2 Sep 2027")]
    [InlineData("key.expiry_changed", "", "Expiry removed")]
    [InlineData("key.permissions_reduced", "from=read execute write;to=read", "Permissions execute and write removed")]
    [InlineData("key.permissions_reduced", "from=read write;to=read", "Permission write removed")]
    [InlineData("key.scope_reduced", "because=resource_deleted;of=workflow:returns", "Lost access to workflow:returns, which was deleted")]
    [InlineData("key.allowed_ips_changed", "to=10.0.0.0/8", "10.0.0.0/8 added to the allow-list")]
    [InlineData("key.allowed_ips_changed", "to=10.0.0.0/8 11.0.0.0/8", "Allow-list set to 2 networks")]
    [InlineData("key.allowed_ips_changed", "from=10.0.0.0/8;to=10.0.0.0/8 11.0.0.0/8 12.0.0.0/8", "2 networks added to the allow-list")]
    [InlineData("key.allowed_ips_changed", "from=10.0.0.0/8 11.0.0.0/8;to=10.0.0.0/8", "11.0.0.0/8 removed from the allow-list")]
    [InlineData("key.allowed_ips_changed", "from=10.0.0.0/8 11.0.0.0/8 12.0.0.0/8;to=10.0.0.0/8", "2 networks removed from the allow-list")]
    [InlineData("key.allowed_ips_changed", "from=10.0.0.0/8;to=11.0.0.0/8", "Allow-list changed: 1 added, 1 removed")]
    [InlineData("key.allowed_ips_changed", "from=10.0.0.0/8", "Allow-list removed")]
    [InlineData("key.rate_limit_changed", "to=1200", "Rate limit set to 1,200 requests a minute")]
    [InlineData("key.rate_limit_changed", "from=1200", "Rate limit removed")]
    [InlineData("key.note_changed", "to=vault", "Note added")]
    [InlineData("key.note_changed", "from=vault;to=safe", "Note changed")]
    [InlineData("key.note_changed", "from=vault", "Note removed")]
    [InlineData("key.revoked", "", "Revoked")]
    [InlineData("key.revoked", "because=project_deleted", "Revoked, because its project was deleted")]
    [InlineData("key.revoked", "because=self_revoke", "Revoked by a holder of the key")]
    [InlineData("key.revoked", "because=approval_rejected", "Rejected")]
    [InlineData("key.revoked", "reason=key_compromise", "Revoked: somebody else may have it")]
    [InlineData("key.revoked", "reason=Found in a Slack channel", "Revoked: Found in a Slack channel")]
    [InlineData("key.approved", "", "Approved")]
    [InlineData("key.handed_over", "", "Handed over")]
    public void Entry_is_told_in_a_sentence(string action, string details, string sentence)
    {
        var parts = details.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2))
            .ToDictionary(part => part[0], string? (part) => part[1], StringComparer.Ordinal);
        var item = KeyHistoryText.Of(new(DateTimeOffset.UnixEpoch, action, "Olga", parts));
        Assert.Equal((sentence, "Olga"), (item.Text, item.By));
        Assert.NotEmpty(item.Icon);
    }

    [Fact]
    public void Long_name_is_cut()
    {
        var item = KeyHistoryText.Of(
            new(DateTimeOffset.UnixEpoch, "key.renamed", "Olga",
                new Dictionary<string, string?>(StringComparer.Ordinal) { ["from"] = new('x', 100) }));
        Assert.Equal($"Renamed from “{new string('x', 60)}…”", item.Text);
    }
}
