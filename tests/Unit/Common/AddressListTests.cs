using System.Net;
using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class AddressListTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7/32")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:db8::7", "2001:db8::7/128")]
    [InlineData("2001:0DB8:0:0::/32", "2001:db8::/32")]
    [InlineData("::/0", "::/0")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1/32")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    [InlineData("::ffff:a00:0/104", "10.0.0.0/8")]
    public void Entry_is_an_address_or_a_network(string text, string network)
    {
        Assert.True(AddressList.TryParse([text], out var list, out _));
        Assert.Equal([network], list.Networks);
        Assert.Equal([network], AddressList.FromStored(list.ToString())!.Networks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.01")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.0/08")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/ 8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/255.0.0.0")]
    [InlineData(" 10.0.0.1")]
    [InlineData("10.0.0.1:80")]
    [InlineData("[2001:db8::1]")]
    [InlineData("2001:db8::/129")]
    [InlineData("2001:db8::1::2")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::ffff:10.0.0.01")]
    [InlineData("::ffff:10.0.0.0/8")]
    [InlineData("example.com")]
    [InlineData("١٠.0.0.1")]
    [InlineData("*")]
    public void Nonsense_is_refused(string text)
    {
        Assert.False(AddressList.TryParse([text], out _, out var fault));
        Assert.Contains("not an address or network", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("2001:db8::1/32", "2001:db8::/32")]
    [InlineData("::ffff:10.1.2.3/104", "10.0.0.0/8")]
    public void Address_with_more_than_its_network_is_refused_and_the_right_text_shown(string text, string right)
    {
        Assert.False(AddressList.TryParse([text], out _, out var fault));
        Assert.Contains($"Use {right},", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void List_has_one_to_fifty_entries_and_none_twice()
    {
        var fifty = Enumerable.Range(0, 50).Select(i => $"10.0.0.{i}").ToList();
        Assert.True(AddressList.TryParse(fifty, out var list, out _));
        Assert.True(list.ToString().Length <= AddressList.MaxTextLength);
        Assert.False(AddressList.TryParse([], out _, out _));
        Assert.False(AddressList.TryParse([.. fifty, "10.0.1.0"], out _, out _));
        Assert.False(AddressList.TryParse(["10.0.0.1", "::ffff:10.0.0.1"], out _, out _));
    }

    [Theory]
    [InlineData("10.255.255.255", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("11.0.0.0", false)]
    [InlineData("2001:db8:ffff::1", true)]
    [InlineData("2001:db9::1", false)]
    [InlineData("::a01:203", false)] // 10.1.2.3 written as an IPv6 address does not match
    public void Client_is_matched_against_networks_of_its_own_family(string client, bool contained)
    {
        Assert.True(AddressList.TryParse(["10.0.0.0/8", "2001:db8::/32"], out var list, out _));
        Assert.Equal(contained, list.Contains(IPAddress.Parse(client)));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("")]
    [InlineData("10.0.0.0/8,11.0.0.0/8")]
    public void Unreadable_stored_list_refuses_everyone(string stored) =>
        Assert.False(AddressList.FromStored(stored)!.Contains(IPAddress.Parse("10.0.0.1")));

    [Fact]
    public void Unknown_client_is_refused()
    {
        Assert.True(AddressList.TryParse(["0.0.0.0/0", "::/0"], out var list, out _));
        Assert.False(list.Contains(null));
        Assert.Null(AddressList.FromStored(null));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7:4711", "203.0.113.7")]
    [InlineData("[2001:db8::7]:443", "2001:db8::7")]
    [InlineData("[2001:db8::7]", "2001:db8::7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("[::ffff:10.0.0.1]:80", "10.0.0.1")]
    [InlineData("010.0.0.1:80", null)]
    [InlineData("10.0.0.1:80:80", null)]
    [InlineData("10.0.0.1: 80", null)]
    [InlineData("[fe80::1%eth0]:80", null)]
    [InlineData(":80", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Client_may_be_named_with_its_port(string? text, string? address) =>
        Assert.Equal(address, AddressList.ParseClient(text)?.ToString());
}
