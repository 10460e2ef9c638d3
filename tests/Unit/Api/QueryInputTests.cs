using Dashboard.Api;
using Dashboard.Core.Keys.Listing;
using Dashboard.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Dashboard.Tests.Unit.Api;

public sealed class QueryInputTests
{
    [Fact]
    public void Parameters_are_read_by_their_type()
    {
        var read = Read(
            "?project=a/b&include_revoked=true&search=12&environment=test&sort=last_used_at&descending=false&cursor=c&limit=200");
        Assert.Equal(new("a/b", true, "12", KeyEnvironment.Test, KeySort.LastUsedAt, false, "c", 200), read.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?project=&include_revoked=&search=&environment=&cursor=&limit=")]
    public void Parameters_without_a_value_count_as_omitted(string query) => Assert.Equal(new(), Read(query).Value);

    [Theory]
    [InlineData("?include_revoked=maybe", "include_revoked")]
    [InlineData("?include_revoked=1", "include_revoked")]
    [InlineData("?include_revoked=True", "include_revoked")]
    [InlineData("?limit=x", "limit")]
    [InlineData("?limit=+5", "limit")]
    [InlineData("?limit=-5", "limit")]
    [InlineData("?limit=1.5", "limit")]
    [InlineData("?limit=99999999999", "limit")]
    [InlineData("?limit=٥", "limit")]
    [InlineData("?environment=prod", "environment")]
    [InlineData("?environment=LIVE", "environment")]
    [InlineData("?sort=Name", "sort")]
    [InlineData("?descending=1", "descending")]
    [InlineData("?limit=1&limit=1", "limit")]
    [InlineData("?limit=&limit=", "limit")]
    [InlineData("?search=a%00b", "search")]
    [InlineData("?search=a%0Ab", "search")]
    [InlineData("?includeRevoked=true", "includeRevoked")]
    [InlineData("?color=red", "color")]
    [InlineData("?state=gone", "state")]
    [InlineData("?owner=you", "owner")]
    [InlineData("?expiring_within=30", "expiring_within")]
    [InlineData("?unused_for=0d", "unused_for")]
    [InlineData("?never_used=yes", "never_used")]
    [InlineData("?owner=dora&expiring_within=soon&unused_for=90", "expiring_within owner unused_for")]
    [InlineData("?environment=prod&limit=0x1&search=a&search=b", "environment limit search")]
    public void Invalid_parameter_is_an_error_of_its_field(string query, string fields) =>
        Assert.Equal(
            fields, string.Join(' ', (Read(query) is { Error: null, Value: var read } ? read.ToQuery().Error
                : Read(query).Error)!.Errors!.Keys.Order(StringComparer.Ordinal)));

    static Core.Common.Result<KeyListRequest> Read(string query) =>
        QueryInput.Read<KeyListRequest>(new QueryCollection(QueryHelpers.ParseQuery(query)));
}
