using System.Net;
using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class PublicAddressesTests
{
    [Theory]
    [InlineData("93.184.215.14", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.128.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:93.184.215.14", true)]
    [InlineData("172.31.255.255", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:192.168.0.1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("3fff::1", false)]
    public void Address_is_public_where_the_internet_routes_it(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddresses.Contains(IPAddress.Parse(address)));
}
