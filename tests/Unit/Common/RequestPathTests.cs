using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/", false)]
    [InlineData("/a/b", false)]
    [InlineData("/a/", false)]
    [InlineData("/a/.b/..c/d..", false)]
    [InlineData("/a%20b/%E2%82%AC", false)]
    [InlineData("/a/%2ehidden", false)]
    [InlineData("/a;x=1/b", false)]
    [InlineData("/100%", false)]
    [InlineData("/a\\b", true)]
    [InlineData("/a%2fb", true)]
    [InlineData("/a%2Fb", true)]
    [InlineData("/a%5cb", true)]
    [InlineData("/a%25b", true)]
    [InlineData("/a%00", true)]
    [InlineData("//", true)]
    [InlineData("//a", true)]
    [InlineData("/a//b", true)]
    [InlineData("/a//", true)]
    [InlineData("/a/.", true)]
    [InlineData("/./a", true)]
    [InlineData("/a/..", true)]
    [InlineData("/a/.%2e/b", true)]
    [InlineData("/a/%2E%2E", true)]
    [InlineData("/a/..;x/b", true)]
    [InlineData("/a/.;/b", true)]
    [InlineData("/a/..%3B/b", true)]
    [InlineData("/a/%%32e%%32e/b", true)]
    [InlineData("/a%%32fb", true)]
    [InlineData("/%C0%AE%C0%AE/b", true)]
    [InlineData("/a%ff", true)]
    public void Path_is_ambiguous_where_servers_may_disagree(string path, bool ambiguous) =>
        Assert.Equal(ambiguous, RequestPath.IsAmbiguous(path));

    [Theory]
    [InlineData("/agents", true)]
    [InlineData("/agents/x", true)]
    [InlineData("/%61gents/x", true)]
    [InlineData("/Agents/x", true)]
    [InlineData("//agents/x", true)]
    [InlineData("/x/..%2fagents/y", true)]
    [InlineData("/x/..;/agents/y", true)]
    [InlineData("/agents/../x", true)]
    [InlineData("\\agents\\x", true)]
    [InlineData("/agentsx", false)]
    [InlineData("/x/agents", false)]
    [InlineData("/@acme%2fwidget", false)]
    public void Ambiguous_path_leads_around_no_rule_that_forbids(string path, bool under) =>
        Assert.Equal(under, RequestPath.MayBeUnder(path, "/agents"));

    [Theory]
    [InlineData("/a%2fb?x=/c", "/a%2fb")]
    [InlineData("*", "/root/decoded%20path")]
    [InlineData("", "/root/decoded%20path")]
    public void Path_is_the_one_that_was_sent(string target, string path)
    {
        var http = new DefaultHttpContext { Request = { PathBase = "/root", Path = "/decoded path" } };
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        Assert.Equal(path, RequestPath.Of(http));
    }
}
