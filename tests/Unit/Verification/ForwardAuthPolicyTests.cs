using Dashboard.Core.Credentials;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

public sealed class ForwardAuthPolicyTests
{
    static readonly PermissionCatalog Words = new(TestInstallation.Configuration());

    [Theory]
    [InlineData("", null, null, null)]
    [InlineData("/", null, null, null)]
    [InlineData("/acme/orders", "acme/orders", null, null)]
    [InlineData("/acme/orders/", "acme/orders", null, null)]
    [InlineData("/-/-/-/-/-", null, null, null)]
    [InlineData("/acme/-", "acme/-", null, null)]
    [InlineData("/-/orders/-/read", "-/orders", "read", null)]
    [InlineData("/acme/orders/live/verify", "acme/orders", "verify", null)]
    [InlineData("/acme/orders/live/-/workflow:not.registered", "acme/orders", null, "workflow:not.registered")]
    [InlineData("/Acme/orders/live/READ/spaceship:x", "", "", "")]
    [InlineData("/acme/orders/live/read/workflow", "acme/orders", "read", "")]
    [InlineData("/acme/orders/live/read/workflow:a%2Fb", "acme/orders", "read", "")]
    public void Path_defines_the_requirement(string path, string? project, string? permission, string? resource)
    {
        var requirement = ForwardAuthPolicy.Read(path, Words)!.At(AcceptedEnvironments.Both);
        Assert.Equal((project, permission, resource), (requirement.Project, requirement.Permission, requirement.Resource));
    }

    [Theory]
    [InlineData("", AcceptedEnvironments.Test)]
    [InlineData("/acme/orders/-", AcceptedEnvironments.Test)]
    [InlineData("/acme/orders/live", AcceptedEnvironments.Live)]
    [InlineData("/acme/orders/test", AcceptedEnvironments.Test)]
    [InlineData("/acme/orders/Live", AcceptedEnvironments.None)]
    [InlineData("/acme/orders/staging", AcceptedEnvironments.None)]
    public void Named_environment_takes_precedence_over_the_host(string path, AcceptedEnvironments environments) =>
        Assert.Equal(environments, ForwardAuthPolicy.Read(path, Words)!.At(AcceptedEnvironments.Test).Environments);

    [Theory]
    [InlineData("/acme/orders/live/read/workflow:x", null)]
    [InlineData("/-/-/-/-/-", null)]
    [InlineData("/Acme/orders", "has an organization or project that is no slug")]
    [InlineData("/acme/orders/prod", "has the unknown environment \"prod\"")]
    [InlineData("/acme/orders/live/fly", "has the unknown permission \"fly\"")]
    [InlineData("/acme/orders/live/nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH", "has the unknown permission (not shown)")]
    [InlineData("/acme/orders/live/a\nb", "has the unknown permission (not shown)")]
    [InlineData("/acme/orders/live/read/spaceship:x", "has the resource \"spaceship:x\", which is not the kind and id of one")]
    public void Policy_that_refuses_everybody_says_why(string path, string? fault) =>
        Assert.Equal(fault, ForwardAuthPolicy.Read(path, Words)!.Fault);

    [Theory]
    [InlineData("x")]
    [InlineData("/acme")]
    [InlineData("//orders")]
    [InlineData("/acme//live")]
    [InlineData("/acme/orders/live/read/workflow:a/more")]
    public void Malformed_path_is_not_a_policy(string path) => Assert.Null(ForwardAuthPolicy.Read(path, Words));
}
