using System.Collections.Concurrent;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Everything that a page can look like. Each state is checked by <see cref="PageVisit.ExpectAccessibleAsync"/> in one place
/// of the suite, and <c>Ui/PageStateTests</c> holds that.</summary>
public enum PageState
{
    [Page("/account/sign-in")] SignIn,
    [Page("/account/sign-in")] SignInErrors,
    [Page("/account/sign-in")] SignInPause,
    [Page("/account/sign-in")] SignInAgain,
    [Page("/account/sign-in")] SignInAfterSetUp,
    [Page("/setup")] SetUp,
    [Page("/setup")] SetUpErrors,
    [Page("/setup")] SetUpCode,
    [Page("/")] NoProject,
    [Page("/")] NoProjectForAdmin,
    [Page("/not-found")] NotFound,
    [Page("/error")] Error,
    [Page("/account/plain-http")] PlainHttp,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysEmpty,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysNoneInEnvironment,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysNoMatch,
    [Page("/{Organization}/{ProjectSlug}/keys")] Keys,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysSwitchedOff,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysRevoked,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysManaged,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysForViewer,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeyFilters,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysFiltered,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysSelected,
    [Page("/{Organization}/{ProjectSlug}/keys")] ChangeExpiryOfKeys,
    [Page("/{Organization}/{ProjectSlug}/keys")] RevokeKeys,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeysOfManyPages,
    [Page("/{Organization}/{ProjectSlug}/keys")] OrganizationsOnPhone,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeyFound,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeyMenu,
    [Page("/{Organization}/{ProjectSlug}/keys")] KeyMenuOfOthers,
    [Page("/{Organization}/{ProjectSlug}/keys")] CreateKey,
    [Page("/{Organization}/{ProjectSlug}/keys")] CreateKeyChoices,
    [Page("/{Organization}/{ProjectSlug}/keys")] CreateKeyErrors,
    [Page("/{Organization}/{ProjectSlug}/keys")] CreateKeyMore,
    [Page("/{Organization}/{ProjectSlug}/keys")] RevokeKey,
    [Page("/{Organization}/{ProjectSlug}/keys")] Secret,
    [Page("/{Organization}/{ProjectSlug}/keys")] SecretNotCopied,
    [Page("/{Organization}/{ProjectSlug}/keys")] SecretByHand,
    [Page("/{Organization}/{ProjectSlug}/keys")] SecretWaiting,
    [Page("/{Organization}/{ProjectSlug}/keys")] SecretWorks,
    [Page("/{Organization}/{ProjectSlug}/keys")] SecretOfEndedSession,
    [Page("/{Organization}/{ProjectSlug}/keys")] ConfirmPresence,
    [Page("/{Organization}/{ProjectSlug}/keys")] StaySignedIn,
    [Page("/{Organization}/{ProjectSlug}/keys")] ProjectMenu,
    [Page("/{Organization}/{ProjectSlug}/keys")] CreateProject,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] Key,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] KeyTable,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] KeyUnused,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] KeyOfRevoked,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] KeyOfViewer,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] KeyActions,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] ChangeExpiry,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] ChangeRateLimit,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] ChangeNote,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] AddNetwork,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] SuggestNetworks,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] RemoveNetwork,
    [Page("/{Organization}/{ProjectSlug}/keys/{KeyId}")] TrimKey,
    [Page("/{Organization}/{ProjectSlug}/resources")] ResourcesEmpty,
    [Page("/{Organization}/{ProjectSlug}/resources")] ResourcesNoMatch,
    [Page("/{Organization}/{ProjectSlug}/resources")] Resources,
    [Page("/{Organization}/{ProjectSlug}/resources")] ResourceMenu,
    [Page("/{Organization}/{ProjectSlug}/resources")] AddResource,
    [Page("/{Organization}/{ProjectSlug}/resources")] RenameResource,
    [Page("/{Organization}/{ProjectSlug}/resources")] DeleteResource,
    [Page("/{Organization}/{ProjectSlug}/apps")] AppsWithoutResource,
    [Page("/{Organization}/{ProjectSlug}/apps")] AppsEmpty,
    [Page("/{Organization}/{ProjectSlug}/apps")] Apps,
    [Page("/{Organization}/{ProjectSlug}/apps")] AppsUnpublished,
    [Page("/{Organization}/{ProjectSlug}/apps")] PublishApp,
    [Page("/{Organization}/{ProjectSlug}/apps")] UnpublishApp,
    [Page("/{Organization}/service-accounts")] ServiceAccountsEmpty,
    [Page("/{Organization}/service-accounts")] ServiceAccounts,
    [Page("/{Organization}/service-accounts")] CreateServiceAccount,
    [Page("/{Organization}/service-accounts")] Credentials,
    [Page("/{Organization}/service-accounts/{Id}")] ServiceAccount,
    [Page("/{Organization}/service-accounts/{Id}")] DeleteServiceAccount,
    [Page("/{Organization}/{ProjectSlug}/settings")] ProjectSettings,
    [Page("/{Organization}/{ProjectSlug}/settings")] DeleteProject,
    [Page("/{Organization}/settings")] OrganizationSettings,
    [Page("/{Organization}/members")] Members,
    [Page("/{Organization}/members")] MembersForDeveloper,
    [Page("/{Organization}/members")] InvitePerson,
    [Page("/{Organization}/members")] InvitationLink,
    [Page("/{Organization}/members")] ChangeRole,
    [Page("/{Organization}/members")] RemoveMember,
    [Page("/account/invitation")] Invitation,
    [Page("/account/invitation")] InvitationGone,
    [Page("/account/register")] Register,
    [Page("/account/register")] RegisterMailed,
    [Page("/account/register")] RegisterName,
    [Page("/account/register")] RegisterClosed,
    [Page("/")] NoOrganization,
    [Page("/{Organization}/{ProjectSlug}/keys")] CreateOrganization,
    [Page("/account/connected-apps")] ConnectedAppsEmpty,
    [Page("/account/connected-apps")] ConnectedApps,
    [Page("/account/connected-apps")] Disconnect,
    [Page("/{Organization}/connected-apps")] ConnectedAppsOfOrganization,
    [Page("/{Organization}/{ProjectSlug}/keys")] AccountMenu,
    [Page("/{Organization}/{ProjectSlug}/keys")] DocsMenu,
    [Page("/docs")] Docs,
    [Page("/docs/{*Page}")] DocsPage,
    [Page("/docs/api")] ApiReference,
    [Page("/oauth/device/verify")] Device,
    [Page("/oauth/device/verify")] DeviceErrors,
    [Page("/oauth/device/verify")] DeviceConsent,
    [Page("/oauth/device/verify")] DevicePassword,
    [Page("/oauth/device/verify")] DeviceConnected,
    [Page("/oauth/device/verify")] DeviceDenied,
    [Page("/oauth/authorize")] Consent,
    [Page("/oauth/authorize")] ConsentWithoutOrganization,
    [Page("/oauth/authorize")] ConsentOfDocument,
    [Page("/oauth/authorize")] ConsentImpossible,
    [Page("/oauth/authorize")] ConsentRefused,
}

/// <summary>The route of the page that a state is of, as the page has it.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class PageAttribute(string route) : Attribute
{
    public string Route { get; } = route;
}

/// <summary>Which states have been looked at in this run.</summary>
static class PageStates
{
    static readonly ConcurrentDictionary<PageState, string> Looked = [];

    /// <summary>A second look at the same state proves nothing, and takes a second or more.</summary>
    public static void Take(PageState state)
    {
        var test = TestContext.Current.Test!.TestDisplayName;
        Assert.True(Looked.TryAdd(state, test), $"{state} has been looked at in {Looked.GetValueOrDefault(state)}");
    }
}
