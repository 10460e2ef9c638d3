namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>The names that <c>AddLatchkey()</c> registers.</summary>
public static class LatchkeyDefaults
{
    /// <summary>The authentication scheme.</summary>
    public const string AuthenticationScheme = "ApiKey";

    /// <summary>The claim with the key's public identifier, which is also the name of the identity.</summary>
    public const string KeyIdClaim = "key_id";

    /// <summary>The claim with the organization's slug.</summary>
    public const string OrganizationClaim = "organization";

    /// <summary>The claim with the project, as <c>organization/project</c>.</summary>
    public const string ProjectClaim = "project";

    /// <summary>The claim with the environment, <c>live</c> or <c>test</c>.</summary>
    public const string EnvironmentClaim = "environment";

    /// <summary>The claim type of permissions, one claim for each.</summary>
    public const string PermissionClaim = "permission";

    /// <summary>Returns the name of the policy that requires a permission, for <c>[Authorize(Policy = "permission:read")]</c>. There is one
    /// policy for each permission of the catalog.</summary>
    /// <param name="permission">The permission, such as <c>read</c>.</param>
    public static string PermissionPolicy(string permission) => $"permission:{permission}";
}
