using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Members;

/// <summary>Asks for what an action needs, and calls the service. Each first asks for a proof of presence if the last one is too long
/// ago.</summary>
public sealed partial class MemberActions : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    bool inviting;
    string userId = "";
    IssuedInvitation? issued;
    MemberSummary? changed;
    MemberSummary? removed;
    Belongings? owned;

    [Parameter, EditorRequired] public OrganizationAccess Organization { get; set; } = null!;

    /// <summary>Raised when a member or an invitation may have changed, so that the page reads them again.</summary>
    [Parameter, EditorRequired] public EventCallback OnChanged { get; set; }

    /// <summary>Whether a link is shown, which cannot be shown again.</summary>
    public bool ShowsLink => issued is not null;

    [Inject] MemberService Members { get; set; } = null!;

    [Inject] InvitationService Invitations { get; set; } = null!;

    [Inject] PublicUrl Url { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    string Origin => Url.Of(new Uri(Navigation.BaseUri));

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    /// <summary>Asks whom to invite.</summary>
    public void Invite()
    {
        inviting = true;
        StateHasChanged();
    }

    /// <summary>Asks for another role, unless the last owner would be asked for one that is refused in any case.</summary>
    public async Task AskForRoleAsync(MemberSummary member)
    {
        if (member.Role == OrganizationRole.Owner
            && (await Runner.RunAsync(actor =>
                Members.CheckOwnerStaysAsync(actor, Organization.Slug, member.UserId, life.Token))).Error is { } fault)
        {
            await ShowErrorAsync($"Could not change {(member.IsYou ? "your role" : $"the role of {member.Name}")}", fault);
            return;
        }

        changed = member;
        StateHasChanged();
    }

    /// <summary>Asks what becomes of what a member owns.</summary>
    public async Task AskToRemoveAsync(MemberSummary member)
    {
        var read = await Runner.RunAsync(actor => Members.FindBelongingsAsync(actor, Organization.Slug, member.UserId, life.Token));
        if (read.Error is { } fault)
        {
            await ShowErrorAsync($"Could not {(member.IsYou ? $"leave {Organization.Name}" : $"remove {member.Name}")}", fault);
            return;
        }

        (removed, owned, userId) = (member, read.Value, (await User.ActorAsync())?.Id ?? "");
        StateHasChanged();
    }

    /// <summary>Makes a new link for an invitation, and shows it.</summary>
    public async Task ResendAsync(InvitationSummary invitation)
    {
        var outcome = await Runner.RunAsync(actor => Invitations.ResendAsync(actor, invitation.Id, Origin, life.Token));
        if (outcome.Error is { } fault)
        {
            await ShowErrorAsync($"Could not invite {invitation.Email} again", fault);
            return;
        }

        issued = outcome.Value;
        StateHasChanged();
        await OnChanged.InvokeAsync();
    }

    /// <summary>Withdraws an invitation without confirmation, because it can be made again.</summary>
    public async Task WithdrawAsync(InvitationSummary invitation)
    {
        var outcome = await Runner.RunAsync(actor => Invitations.WithdrawAsync(actor, invitation.Id, life.Token));
        if (outcome.Error is { } fault)
        {
            await ShowErrorAsync($"Could not withdraw the invitation of {invitation.Email}", fault);
            return;
        }

        Snackbars.Show($"Withdrew the invitation of {invitation.Email}", "Its link no longer works.");
        await OnChanged.InvokeAsync();
    }

    /// <summary>Disables a member after confirmation, or enables a disabled one.</summary>
    public async Task SwitchAsync(MemberSummary member)
    {
        if (!member.IsDisabled && !await Dialogs.ConfirmAsync(new(
            $"Disable {member.Name}?", "Disable",
            $"They lose access to {Organization.Name} until you enable them again, and their connected apps are disconnected. Their keys keep working.")))
        {
            return;
        }

        var outcome = await Runner.RunAsync(
            actor => Members.SetDisabledAsync(actor, Organization.Slug, member.UserId, !member.IsDisabled, life.Token));
        if (outcome.Error is { } fault)
        {
            await ShowErrorAsync($"Could not {(member.IsDisabled ? "enable" : "disable")} {member.Name}", fault);
            return;
        }

        Snackbars.Show($"{(member.IsDisabled ? "Enabled" : "Disabled")} {member.Name}");
        await OnChanged.InvokeAsync();
    }

    /// <summary>Revokes everything that a member can act with, after confirmation.</summary>
    public async Task RevokeAsync(MemberSummary member)
    {
        var whose = member.IsYou ? "Your" : "Their";
        if (!await Dialogs.ConfirmAsync(new(
            $"Revoke all access of {member.Name}?", "Revoke all access",
            $"{whose} keys are revoked, {whose.ToLowerInvariant()} apps unpublished and disconnected, and {whose.ToLowerInvariant()} browsers signed out. "
            + "Service accounts stay. This can’t be undone.")
        { TypedText = member.Name }))
        {
            return;
        }

        var outcome = await Runner.RunAsync(actor => Members.RevokeEverythingAsync(actor, Organization.Slug, member.UserId, life.Token));
        if (outcome.Error is { } fault)
        {
            await ShowErrorAsync($"Could not revoke the access of {member.Name}", fault);
            return;
        }

        var keys = outcome.Value.Keys.Count;
        Snackbars.Show($"Revoked all access of {member.Name}", keys == 0 ? null
            : $"Requests using {(keys == 1 ? "the key" : $"{keys} keys")} are now refused.");
        await OnChanged.InvokeAsync();
    }

    async Task<Error?> InviteAsync(string email, OrganizationRole role)
    {
        var outcome =
            await Runner.RunAsync(actor => Invitations.InviteAsync(actor, new(Organization.Slug, email, role, Origin), life.Token));
        if (outcome.Error is { } fault)
        {
            return fault;
        }

        (inviting, issued) = (false, outcome.Value);
        StateHasChanged();
        await OnChanged.InvokeAsync();
        return null;
    }

    async Task<Error?> ChangeRoleAsync(OrganizationRole role)
    {
        var member = changed!;
        var outcome = await Runner.RunAsync(actor => Members.ChangeRoleAsync(actor, Organization.Slug, member.UserId, role, life.Token));
        if (outcome.Error is { } fault)
        {
            return fault;
        }

        changed = null;
        Snackbars.Show(
            $"{member.Name} is now {(role is OrganizationRole.Admin or OrganizationRole.Owner ? "an" : "a")} {role.ToWireName()}");
        await OnChanged.InvokeAsync();
        return null;
    }

    async Task<Error?> RemoveAsync(Handover handover)
    {
        var member = removed!;
        var outcome = await Runner.RunAsync(actor => Members.RemoveAsync(actor, Organization.Slug, member.UserId, handover, life.Token));
        if (outcome.Error is { } fault)
        {
            return fault;
        }

        removed = null;
        if (member.IsYou)
        {
            Navigation.NavigateTo("/", forceLoad: true);
            return null;
        }

        Snackbars.Show($"Removed {member.Name}");
        await OnChanged.InvokeAsync();
        return null;
    }

    Task ShowErrorAsync(string what, Error fault)
    {
        if (fault.Code != ErrorCode.SessionRequired) // shown by a prompt of its own
        {
            Snackbars.ShowError(what, fault.Detail);
        }

        return OnChanged.InvokeAsync();
    }
}
