using Dashboard.Core.Credentials;
using Dashboard.Core.Deletion;
using Dashboard.Core.Import;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Tests.Unit.Changes;

public sealed partial class ChangingMethodsTests
{
    static Dictionary<string, Method> KeyMethods => new(StringComparer.Ordinal)
    {
        ["KeyService.CreateAsync"] = new(1, 1, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            return Run(services =>
                services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"]), Token));
        }),
        ["KeyService.ChangeAsync"] = new(7, 1, async (world, actor) =>
        {
            var key = await KeyAsync(world);
            var patch = new KeyPatch("Renamed", KeyState.Inactive, ["read"], new(TestInstallation.Start.AddDays(1)),
                new() { AllowedIps = ["10.0.0.0/8"], RequestsPerMinute = 60 }, "Vault");
            return await Run(services => services.Keys.ChangeAsync(actor, key, patch, Token));
        }),
        ["KeyService.RevokeAsync"] = new(1, 1, async (world, actor) =>
        {
            var key = await KeyAsync(world);
            return await Run(services => services.Keys.RevokeAsync(actor, key, Token));
        }),
        ["KeyService.ChangeManyAsync"] = new(4, 2, async (world, actor) =>
        {
            string[] keys = [await KeyAsync(world), await KeyAsync(world)];
            return await Run(services => services.Keys.ChangeManyAsync(
                actor, keys, new(State: KeyState.Inactive, ExpiresAt: new(TestInstallation.Start.AddDays(1))), Token));
        }),
        ["KeyService.RevokeManyAsync"] = new(2, 2, async (world, actor) =>
        {
            string[] keys = [await KeyAsync(world), await KeyAsync(world)];
            return await Run(services => services.Keys.RevokeManyAsync(actor, keys, Token));
        }),
        ["KeyImportService.ImportAsync"] = new(2, 2, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            ImportedKey[] keys = [new(new string('0', 64), "Backend", Resources: ["workflow:intake"]), new(new string('1', 64), "Worker")];
            return Run(services => services.Get<KeyImportService>().ImportAsync(actor, new(TestInstallation.Orders, keys), Token));
        }),
        ["PublishedAppService.PublishAsync"] = new(2, 2, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            return Run(services => services.Get<PublishedAppService>()
                .PublishAsync(actor, new(TestInstallation.Orders, "Desk", "workflow:intake", IdempotencyKey: "once"), Token));
        }),
        ["PublishedAppService.UnpublishAsync"] = new(2, 2, async (world, actor) =>
        {
            var app = await AppAsync(world);
            return await Run(services => services.Get<PublishedAppService>().UnpublishAsync(actor, app.Id, Token));
        }),
        ["KeyService.RevokeAsync, managed"] = new(2, 2, async (world, actor) =>
        {
            var app = await AppAsync(world);
            return await Run(services => services.Keys.RevokeAsync(actor, app.Key.KeyId, Token));
        }),
        ["ProjectService.CreateAsync"] =
            new(1, 1, (_, actor) => Run(services => services.Projects.CreateAsync(actor, new("acme", "Ledger"), Token))),
        ["ProjectService.ChangeAsync"] = new(
            2, 1, (_, actor) => Run(services => services.Projects.ChangeAsync(actor, new("acme", "orders"), new("Sales", "sales"), Token))),
        ["ProjectService.DeleteAsync"] = new(2, 2, async (world, actor) =>
        {
            await KeyAsync(world);
            return await Run(services => services.Projects.DeleteAsync(actor, new("acme", "orders"), Token));
        }),
        ["KeyService.ApproveAsync"] = new(1, 1, async (world, actor) =>
        {
            var key = await PendingKeyAsync(world);
            return await Run(services => services.Keys.ApproveAsync(actor, key, Token));
        }),
        ["KeyService.RejectAsync"] = new(1, 1, async (world, actor) =>
        {
            var key = await PendingKeyAsync(world);
            return await Run(services => services.Keys.RejectAsync(actor, key, Token));
        }),
        ["OrganizationService.ChangeAsync, policies"] = new(
            1, 1, (_, actor) =>
                Run(services => services.Get<OrganizationService>()
                    .ChangeAsync(actor, "acme", new(Policies: before => before with { MaxLiveKeyDays = 90 }), Token))),
        ["OrganizationDeletionService.DeleteAsync"] = new(9, 9, async (world, actor) =>
        {
            await KeyAsync(world);
            await AccountAsync(world);
            return await Run(services => services.Get<OrganizationDeletionService>().DeleteAsync(actor, "acme", Token));
        }),
        ["OrganizationService.ChangeAsync"] = new(
            2, 1, (_, actor) =>
                Run(services => services.Get<OrganizationService>().ChangeAsync(actor, "acme", new("Apex", "apex"), Token))),
        ["ResourceService.CreateAsync"] = new(
            1, 1, (_, actor) =>
                Run(services => services.Resources.CreateAsync(actor, new(TestInstallation.Orders, "workflow", "intake"), Token))),
        ["ResourceService.ChangeAsync"] = new(1, 1, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            return Run(services =>
                services.Resources.ChangeAsync(actor, TestInstallation.Orders, "workflow:intake", new("Order intake"), Token));
        }),
        ["ResourceService.DeleteAsync"] = new(2, 2, async (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            await world.Services.Keys.CreateAsync(
                world.Owner, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"]), Token);
            return await Run(services => services.Resources.DeleteAsync(actor, TestInstallation.Orders, "workflow:intake", Token));
        }),
        ["SelfRevocation.RevokeAsync"] = new(1, 1, async (world, actor) =>
        {
            var key = (await world.Services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Backend"), Token)).Value.Secret.Reveal();
            return await Run(async services =>
            {
                await services.Verifier.VerifyAsync(default, AccessRequirement.None, null, Token); // reads the feed
                var revoked = await services.Get<SelfRevocation>().RevokeAsync(PresentedKeys.Key(key), "10.2.3.4", Token);
                return revoked.Refusal is null ? default(Core.Common.Unit) : (Result<Core.Common.Unit>)Error.NotFound;
            });
        }),
        ["OrganizationCreation.CreateAsync"] = new(
            3, 3, (_, actor) =>
                Run(services => services.Get<OrganizationCreation>().CreateAsync(actor, new("Initech", Project: "Reports"), Token))),
    };

    static async Task<PublishedAppSummary> AppAsync(TestInstallation world)
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        return (await world.Services.Get<PublishedAppService>()
            .PublishAsync(world.Owner, new(TestInstallation.Orders, "Desk", "workflow:intake"), Token)).Value.PublishedApp;
    }

    static async Task<string> PendingKeyAsync(TestInstallation world)
    {
        await using (var context = world.Open())
        {
            await context.Organizations.ExecuteUpdateAsync(set => set.SetProperty(x => x.LiveWriteKeysNeedApproval, true), Token);
        }

        return (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
    }

    static async Task<string> KeyAsync(TestInstallation world) =>
        (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
}
