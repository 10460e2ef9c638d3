using Dashboard.Core.Accounts;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Dashboard.Core.DataProtection;
using Dashboard.Core.Deletion;
using Dashboard.Core.Import;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Limits;
using Dashboard.Core.Mail;
using Dashboard.Core.Members;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Setup;
using Dashboard.Core.Tokens;
using Dashboard.Core.Usage;
using Dashboard.Core.Verification;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dashboard.Core;

/// <summary>Registers the domain.</summary>
public static class CoreServices
{
    /// <summary>Registers the database and every service of the domain. Settings that cannot be used stop it here.</summary>
    /// <param name="contentRoot">The folder that the embedded database's folder <c>data</c> lies in.</param>
    /// <exception cref="SettingException">A setting cannot be used.</exception>
    public static IServiceCollection AddDashboardCore(this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        services.AddLatchkeyVerification(configuration, contentRoot);
        services.AddDashboardIdentity();
        services.AddProtection(configuration, contentRoot);
        services.AddSingleton<KeyService>();
        services.AddSingleton<KeyImportService>();
        services.AddSingleton<InstallationExport>();
        services.AddSingleton<InstallationImport>();
        services.AddSingleton<KeyListService>();
        services.AddSingleton(new KeyPresets(configuration, new(configuration)));
        services.AddSingleton<ServiceAccountService>();
        services.AddSingleton<PublishedAppService>();
        services.AddSingleton<OrganizationService>();
        services.AddSingleton<OrganizationCreation>();
        services.AddSingleton<MemberService>();
        services.AddSingleton<InvitationService>();
        services.AddSingleton(SettingsBinder.Read<AccountOptions>(configuration));
        services.AddSingleton<RegistrationService>();
        services.AddSingleton<ProjectService>();
        services.AddSingleton<ResourceService>();
        services.AddSingleton<SetUpCode>();
        services.AddSingleton<SetUpService>();
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton<SignInService>();
        services.AddSingleton<SessionService>();
        services.AddSingleton<WritesBehind>();
        services.AddHostedService(provider => provider.GetRequiredService<WritesBehind>());
        services.AddSingleton(SettingsBinder.Read<MailOptions>(configuration).Checked());
        services.TryAddSingleton<IMailSender, SmtpMailSender>();
        services.AddSingleton<MailOutbox>();
        services.AddSingleton<MailDeliveryService>();
        services.AddHostedService(provider => provider.GetRequiredService<MailDeliveryService>());
        services.AddSingleton<SecondFactorCodes>();
        services.AddSingleton<PasskeyAnswers>();
        services.AddSingleton<PresenceService>();
        services.AddSingleton<SecondFactorService>();
        services.AddSingleton<PasskeyService>();
        services.AddSingleton<AccountService>();
        services.AddSingleton<PasswordResetService>();
        services.AddSingleton<PasswordResetQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<PasswordResetQueue>());
        services.AddSingleton<AuditVerifier>();
        services.AddSingleton<AuditLogService>();
        services.AddSingleton<OrganizationDeletionService>();
        services.AddSingleton<AuditPruning>();
        services.AddSingleton<AuditMetrics>();
        services.AddSingleton(new AuditHeadFile(configuration, contentRoot));
        services.AddSingleton<AuditRefusalService>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditRefusalService>());
        services.AddSingleton<AuditWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditWatch>());
        services.AddSingleton<SelfRevocation>();
        services.AddSingleton<KeyVerificationService>();
        services.AddSingleton(SettingsBinder.Read<OAuthOptions>(configuration));
        services.AddSingleton(SettingsBinder.Read<AuthorizationLimitOptions>(configuration));
        services.AddSingleton<OAuthClients>();
        services.AddSingleton<OAuthClientCache>();
        services.AddSingleton<SessionCache>();
        services.AddSingleton<TokenIssueLog>();
        services.AddHostedService(provider => provider.GetRequiredService<TokenIssueLog>());
        services.AddSingleton<ClientDocumentNetwork>();
        services.AddSingleton<ClientDocuments>();
        services.AddSingleton<ClientAuthenticator>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<RefreshSuccession>();
        services.AddSingleton<TokenService>();
        services.AddSingleton<TokenRevocation>();
        services.AddSingleton<Introspection>();
        services.AddSingleton<ClientRegistration>();
        services.AddSingleton<DeviceRequests>();
        services.AddSingleton<AuthorizationRequests>();
        services.AddSingleton<AuthorizationService>();
        services.AddSingleton<OAuthCleanupService>();
        services.AddHostedService(provider => provider.GetRequiredService<OAuthCleanupService>());
        services.AddSingleton<UsageCleanupService>();
        services.AddHostedService(provider => provider.GetRequiredService<UsageCleanupService>());
        services.AddSingleton<UsageService>();
        services.AddSingleton<KeyDetailsService>();
        services.AddSingleton<KeyCountService>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyCountService>());
        services.AddSingleton<FeedCleanupService>();
        services.AddHostedService(provider => provider.GetRequiredService<FeedCleanupService>());
        return services;
    }

    /// <summary>Registers the database and what verifies credentials, and nothing else: for a host that shares Latchkey's database.
    /// Latchkey itself makes and migrates it.</summary>
    /// <param name="configuration">The settings: Latchkey's own.</param>
    /// <param name="contentRoot">The folder that the embedded database's folder <c>data</c> lies in.</param>
    /// <exception cref="SettingException">A setting cannot be used.</exception>
    public static IServiceCollection AddLatchkeyVerification(
        this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        services.TryAddSingleton(SystemClock.Instance);
        services.AddDashboardDatabase(configuration, contentRoot);
        services.AddSingleton(new PermissionCatalog(configuration));
        services.AddSingleton(SettingsBinder.Read<KeyOptions>(configuration));
        services.AddSingleton(new EnvironmentHosts(configuration));
        services.AddSingleton(provider => new RateLimits(configuration, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<KnownKeyTemplates>();
        services.AddSingleton<TemplateStore>();
        services.AddSingleton<VerificationCache>();
        services.AddSingleton<OAuthScopes>();
        services.AddSingleton(new PublicUrl(configuration));
        services.AddSingleton(new QueryTokens(configuration));
        services.AddSingleton(new TokenOnlyPaths(configuration));
        services.AddSingleton(SettingsBinder.Read<AuthorizationServerOptions>(configuration));
        services.AddSingleton<PublishedKeys>();
        services.AddSingleton<AccessTokenReader>();
        services.AddSingleton<TokenCache>();
        services.AddSingleton<KeyVerifier>();
        services.AddSingleton<TokenVerifier>();
        services.AddSingleton<Verifier>();
        services.AddSingleton<MemberTokens>();
        services.AddSingleton<UsageLedger>();
        services.AddHostedService(provider => provider.GetRequiredService<UsageLedger>());
        services.AddSingleton<FirstUses>();
        services.AddHostedService(provider => provider.GetRequiredService<FirstUses>());
        services.AddHostedService(provider =>
        {
            provider.GetRequiredService<TokenCache>();
            provider.GetRequiredService<VerificationCache>(); // listens from the first read on: only then is it ready with the start
            return provider.GetRequiredService<ChangeFeed>();
        });
        return services;
    }
}
