using Dashboard.Api;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;

namespace Dashboard.Members;

/// <summary>Names the organization of a request.</summary>
sealed record OrganizationRequest(
    [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null);

/// <summary>The query of the member list.</summary>
sealed record MemberListRequest(
    [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null,
    [Field("Part of the name or the address.", Example = "\"ada\"")] string? Search = null,
    [Field("List only members with this role.")] OrganizationRole? Role = null,
    [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
    [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit)
{
    public MemberQuery ToQuery() => new(Organization, Search, Role, Cursor, Limit);
}

/// <summary>The request body to change a member.</summary>
sealed record ChangeMemberRequest(
    [Field("The new role.")] OrganizationRole? Role = null,
    [Field("Whether the member is disabled. For a disabled one the organization does not exist; their keys keep working.",
        Example = "true")] bool? Disabled = null,
    [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null);

/// <summary>What becomes of a key or service account.</summary>
sealed record ItemDecisionRequest(
    [Field("The identifier of a key of the member, or of a service account that nobody else owns.", Example = "\"Ab12CdEf\"", Max = 64)]
    string Id,
    [Field("The member who gets it, or \"revoke\" to revoke the key or delete the service account.",
        Example = "\"revoke\"", Max = 64)] string To);

/// <summary>The request body to remove a member.</summary>
sealed record RemoveMemberRequest(
    [Field("What becomes of single keys and service accounts. At most 200.",
        Example = "[{\"id\":\"Ab12CdEf\",\"to\":\"revoke\"}]", Max = MemberService.MaxDecisions)]
    IReadOnlyList<ItemDecisionRequest>? Items = null,
    [Field("The member who gets all others, or \"revoke\" to revoke them. Without it, items has to name each.",
        Example = "\"revoke\"", Max = 64)]
    string? Otherwise = null,
    [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null)
{
    const string Revoke = "revoke";

    public Handover ToHandover() =>
        new([.. (Items ?? []).Select(item => new ItemDecision(item.Id, HeirIn(item.To)))], Otherwise is null
            ? null : new RestDecision(HeirIn(Otherwise)));

    static string? HeirIn(string to) => to == Revoke ? null : to;
}

/// <summary>A member of an organization.</summary>
sealed class MemberAnswer
{
    readonly MemberSummary member;

    internal MemberAnswer(MemberSummary member) => this.member = member;

    [Field("The user's identifier.", Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"")]
    public string UserId => member.UserId;

    [Field("The display name.", Example = "\"Ada Lovelace\"")]
    public string Name => member.Name;

    [Field("The email address.", Example = "\"ada@example.com\"")]
    public string Email => member.Email;

    [Field("The role.")]
    public OrganizationRole Role => member.Role;

    [Field("Whether an owner has disabled the member.", Example = "false")]
    public bool Disabled => member.IsDisabled;

    [Field("When the user joined.", Example = "\"2026-11-21T09:30:00.000Z\"")]
    public DateTimeOffset JoinedAt => member.JoinedAt;

    [Field(
        "When the user was last active, accurate to the minute; null if not within 30 days. Shown to admins and owners, and of the caller.",
        Example = "\"2026-11-22T10:30:00.000Z\"")]
    public DateTimeOffset? LastSeenAt => member.Details?.LastSeenAt;

    [Field("The strongest second factor: none, authenticator or passkey; null for callers who do not manage members.",
        Example = "\"passkey\"")]
    public string? SecondFactor => member.Details?.SecondFactor.ToWireName();

    [Field("The number of API keys that the user owns, except revoked ones; null for callers who do not manage members.", Example = "2")]
    public int? Keys => member.Details?.Keys;

    [Field("The number of service accounts that the user owns; null for callers who do not manage members.", Example = "1")]
    public int? ServiceAccounts => member.Details?.ServiceAccounts;
}

/// <summary>What became of what a member owned.</summary>
sealed class SettlementAnswer
{
    readonly Settlement done;

    internal SettlementAnswer(Settlement done) => this.done = done;

    [Field("The keys that were revoked.", Example = "[\"Ab12CdEf\"]")]
    public IReadOnlyList<string> KeysRevoked => done.KeysRevoked;

    [Field("The keys that have another owner now.", Example = "[\"Gh34IjKl\"]")]
    public IReadOnlyList<string> KeysHandedOver => done.KeysHandedOver;

    [Field("The service accounts that were deleted.", Example = "[]")]
    public IReadOnlyList<string> ServiceAccountsDeleted => done.ServiceAccountsDeleted;

    [Field("The service accounts that have another owner now.", Example = "[\"sa_Ab12CdEfGh34IjKl\"]")]
    public IReadOnlyList<string> ServiceAccountsHandedOver => done.ServiceAccountsHandedOver;

    [Field("The service accounts that stay with their other owners.", Example = "[]")]
    public IReadOnlyList<string> ServiceAccountsKept => done.ServiceAccountsKept;
}

/// <summary>What was revoked of a member.</summary>
sealed class RevokedAccessAnswer
{
    readonly RevokedAccess done;

    internal RevokedAccessAnswer(RevokedAccess done) => this.done = done;

    [Field("The keys that were revoked.", Example = "[\"Ab12CdEf\"]")]
    public IReadOnlyList<string> KeysRevoked => done.Keys;

    [Field("The number of connected apps that were disconnected.", Example = "1")]
    public int Authorizations => done.Authorizations;

    [Field("The number of browser sessions that were ended.", Example = "2")]
    public int Sessions => done.Sessions;
}
