using Dashboard.Core.Keys.Format;
using Dashboard.Shared;
using Xunit;

namespace Dashboard.Tests.Unit.Shared;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("backend")]
    [InlineData("production-backend-2026-11")]
    [InlineData("Warehouse handheld scanners, Rotterdam and Antwerp, building 4")]
    [InlineData("nk_live_Ab12CdEf")]
    [InlineData("Ab12CdEf")]
    [InlineData("reconciliation")]
    [InlineData("OrderPlatform2026")]
    [InlineData("Ärgerliche Übersetzungsverzögerung")]
    [InlineData("203.0.113.0/24")]
    public void Names_and_prefixes_may_stand_in_an_address(string? text) => Assert.True(SearchText.MayStandInAddress(text));

    [Theory]
    [InlineData("nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH")]
    [InlineData("\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\",")]
    [InlineData("nk_live_Ab12CdEf_K3kq9ZrT1xW")]
    [InlineData("K3kq9ZrT1xWm")]
    [InlineData("is this mine? K3kq9ZrT1xWmPq8")]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIi")]
    public void Keys_tokens_and_their_parts_may_not(string text) => Assert.False(SearchText.MayStandInAddress(text));

    [Theory]
    [InlineData("nk_{env}_{id:8}_{secret:32}")]
    [InlineData("nk_{env}_{hex:64}")]
    [InlineData("ak-{uuid}{secret:32}")]
    [InlineData("sk_{env}_{secret:32}")]
    public void Whole_key_of_any_template_may_not(string template)
    {
        Assert.True(KeyTemplate.TryParse(template, out var parsed, out _));
        for (var i = 0; i < 100; i++)
        {
            Assert.False(SearchText.MayStandInAddress($" {parsed.Mint(KeyEnvironment.Live).Reveal()} "));
        }
    }
}
