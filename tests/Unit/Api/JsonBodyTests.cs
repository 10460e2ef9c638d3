using System.Text;
using Dashboard.Api;
using Dashboard.Core.Keys;
using Dashboard.Keys;
using Xunit;

namespace Dashboard.Tests.Unit.Api;

public sealed class JsonBodyTests
{
    [Fact]
    public void Body_with_every_member_is_read()
    {
        var read = Create("""
            {"name": "b", "project": "a/b", "environment": "test", "resources": ["workflow:w"], "permissions": ["read"], "expires_at": "2027-01-31T01:00:00+01:00", "service_account_id": "sa_1"}
            """).Value;
        Assert.Equal(("b", "a/b", KeyEnvironment.Test, "sa_1"), (read.Name, read.Project, read.Environment, read.ServiceAccountId));
        Assert.Equal(["workflow:w"], read.Resources!);
        Assert.Equal(["read"], read.Permissions!);
        Assert.Equal(new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero), read.ExpiresAt);
    }

    [Fact]
    public void Byte_order_mark_before_the_body_is_skipped() => Assert.Equal(new("b"), Create("\uFEFF{\"name\": \"b\"}").Value);

    [Fact]
    public void Omitted_and_null_members_take_their_default()
    {
        var left = Create("""{"name": "b"}""").Value;
        Assert.Equal(new("b"), left);
        Assert.Equal(left, Create(
            """{"name": "b", "project": null, "workflow_id": null, "resources": null, "permissions": null, "expires_at": null}""").Value);
    }

    [Theory]
    [InlineData("""{}""", "name")]
    [InlineData("""{"name": null}""", "name")]
    [InlineData("""{"name": 5}""", "name")]
    [InlineData("""{"name": ["x"]}""", "name")]
    [InlineData("""{"name": "\ud800"}""", "name")]
    [InlineData("""{"Name": "x", "name": "x"}""", "Name")]
    [InlineData("""{"name": "x", "environment": "prod"}""", "environment")]
    [InlineData("""{"name": "x", "environment": "Live"}""", "environment")]
    [InlineData("""{"name": "x", "environment": null}""", "environment")]
    [InlineData("""{"name": "x", "environment": 0}""", "environment")]
    [InlineData("""{"name": "x", "permissions": "read"}""", "permissions")]
    [InlineData("""{"name": "x", "permissions": [1]}""", "permissions")]
    [InlineData("""{"name": "x", "permissions": [null]}""", "permissions")]
    [InlineData("""{"name": "x", "permissions": ["\udc00"]}""", "permissions")]
    [InlineData("""{"name": "x", "resources": {}}""", "resources")]
    [InlineData("""{"name": "x", "expires_at": "2027-01-31"}""", "expires_at")]
    [InlineData("""{"name": "x", "expires_at": 1800000000}""", "expires_at")]
    [InlineData("""{"name": 1, "project": 2, "color": "red"}""", "color name project")]
    public void Invalid_member_is_an_error_of_its_field(string json, string fields)
    {
        var fault = Create(json).Error!;
        Assert.Equal(ErrorCode.InvalidRequest, fault.Code);
        Assert.Equal(fields, string.Join(' ', fault.Errors!.Keys.Order(StringComparer.Ordinal)));
        Assert.All(fault.Errors!.Values, Assert.NotEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"name\"")]
    [InlineData("""{"name": "x"} x""")]
    [InlineData("""{"name": "x"}{}""")]
    [InlineData("""{"name": "x",}""")]
    [InlineData("""{"name": 'x'}""")]
    [InlineData("""{"name": "x" /* why */}""")]
    [InlineData("""{"name": "x", "name": "x"}""")]
    [InlineData("""{"name": "x", "n\u0061me": "y"}""")]
    [InlineData("""{"\ud800": 1, "name": "x"}""")]
    [InlineData("""{"name": "x", "project": [[[[[[[[[[1]]]]]]]]]]}""")]
    [InlineData("{\"name\": \"a\nb\"}")]
    public void Body_that_is_not_a_JSON_object_is_refused(string json)
    {
        var fault = Create(json).Error!;
        Assert.Equal((ErrorCode.InvalidRequest, null), (fault.Code, fault.Errors));
    }

    [Theory]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0 })]
    public void Body_that_is_not_UTF_8_is_refused(byte[] bytes) =>
        Assert.Equal(ErrorCode.InvalidRequest, JsonBody.Parse<CreateKeyRequest>(bytes).Error!.Code);

    [Fact]
    public void Long_member_name_is_not_echoed()
    {
        var secret = "nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH";
        var fault = Create($$"""{"{{secret}}": 1, "name": "x", "environment": "{{secret}}", "permissions": "{{secret}}", "expires_at": "{{secret}}"}""").Error!;
        Assert.Equal(4, fault.Errors!.Count);
        Assert.DoesNotContain(secret, string.Join(' ', fault.Errors.Select(x => x.Key + x.Value)), StringComparison.Ordinal);
        var many = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"f{i}\": 1"));
        Assert.InRange(Create($$"""{"name": "x", {{many}}}""").Error!.Errors!.Count, 1, 20);
    }

    [Fact]
    public void Omitted_member_of_a_patch_differs_from_null()
    {
        Assert.Null(Change("""{"name": "x"}""").Value.ToPatch().Value.ExpiresAt);
        Assert.Equal(Expiry.Never, Change("""{"expires_at": null}""").Value.ToPatch().Value.ExpiresAt);
        Assert.Equal(ErrorCode.InvalidRequest, Change("{}").Value.ToPatch().Error!.Code);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("state")]
    [InlineData("permissions")]
    public void Patch_member_that_cannot_be_null_is_omitted_or_has_a_value(string member) =>
        Assert.Equal(member, Assert.Single(Change($$"""{"{{member}}": null}""").Error!.Errors!).Key);

    static Result<CreateKeyRequest> Create(string json) => JsonBody.Parse<CreateKeyRequest>(Encoding.UTF8.GetBytes(json));

    static Result<ChangeKeyRequest> Change(string json) => JsonBody.Parse<ChangeKeyRequest>(Encoding.UTF8.GetBytes(json));
}
