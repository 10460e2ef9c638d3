using System.Net;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Setup;

/// <summary>What the first person says.</summary>
/// <param name="Email">Their address.</param>
/// <param name="Password">Their password.</param>
/// <param name="Organization">The first organization's name, 1 to 100 characters.</param>
/// <param name="Project">Its first project's name, 1 to 100 characters.</param>
/// <param name="Name">What others see them called; null for one made of the address.</param>
public sealed record NewInstallation(string? Email, string? Password, string? Organization, string? Project, string? Name = null)
{
    /// <summary>Prints no password.</summary>
    public override string ToString() => $"set-up of {Organization}/{Project} by {Email}";
}

/// <summary>What the set-up made.</summary>
/// <param name="UserId">The first owner.</param>
/// <param name="Project">The first project.</param>
public sealed record SetUpDone(string UserId, ProjectPath Project);

/// <summary>The first run: it makes the first owner, their organization and its project, once and never again.</summary>
public sealed class SetUpService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, IPasswordHasher<DashboardUser> hasher, SetUpCode codes,
    RateLimits limits,
    RefusalLedger refusals)
{
    volatile bool closed; // once it is, it stays so: no need to ask again

    /// <summary>Whether nobody has set this installation up yet.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        if (closed)
        {
            return false;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        closed = !await context.Installations.AnyAsync(x => x.SetUpAt == null && !context.Users.Any(), cancellationToken);
        return !closed;
    }

    /// <summary>Makes the first owner, organization and project for a person in a browser, who has to enter the set-up code wherever the
    /// request comes from.</summary>
    /// <param name="client">The client address, or null.</param>
    /// <param name="code">The set-up code as it was entered.</param>
    /// <param name="input">The rest of the form.</param>
    /// <returns>What was made; or <see cref="ErrorCode.InvalidRequest"/> by field, the code's too, <see cref="ErrorCode.Conflict"/> once
    /// there is a user, <see cref="ErrorCode.RateLimited"/> after too many wrong codes from one address.</returns>
    public async Task<Result<SetUpDone>> SetUpWithCodeAsync(
        IPAddress? client, string? code, NewInstallation input, CancellationToken cancellationToken)
    {
        if (!await IsOpenAsync(cancellationToken))
        {
            return Closed();
        }

        if (limits.FailedSignIns.Waits(client) is { } wait)
        {
            refusals.Note(client, RefusalReason.SetUpCodes);
            return new Error(ErrorCode.RateLimited, "Too many attempts from your network. Try again in a minute.", RetryAfter: wait);
        }

        var errors = new Dictionary<string, string>(Check(input)?.Errors ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(code))
        {
            errors["code"] = "Enter the set-up code. It is part of the link that the server printed when it started.";
        }
        else if (!await codes.IsRightAsync(code, cancellationToken))
        {
            limits.FailedSignIns.Take(client);
            errors["code"] = "This code is wrong or has been replaced. The server's log has the current one.";
        }

        return errors.Count > 0 ? Error.Invalid(errors)
            : await SetUpAsync(Actor.Anonymous(Network.ToText(client)), input, cancellationToken);
    }

    /// <summary>Makes the first owner, organization and project. Of two at once one succeeds. The set-up code is not checked
    /// here.</summary>
    /// <param name="actor">Who asks: the settings, or a person whose code was right.</param>
    /// <param name="input">What they said.</param>
    /// <returns>What was made; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.Conflict"/> once there is a
    /// user.</returns>
    public async Task<Result<SetUpDone>> SetUpAsync(Actor actor, NewInstallation input, CancellationToken cancellationToken)
    {
        if (Check(input) is { } fault)
        {
            return fault;
        }

        if (!await IsOpenAsync(cancellationToken))
        {
            return Closed(); // nothing hashed for nothing
        }

        var hash = hasher.HashPassword(new(), input.Password!);
        return await changes.RunAsync<SetUpDone>(
            actor,
            async (change, token) =>
            {
                var taken = await change.Context.Installations.Where(x => x.Id == Installation.TheOne && x.SetUpAt == null)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(x => x.SetUpAt, change.Now).SetProperty(x => x.ProtectedSetUpCode, (string?)null), token);
                return taken == 1 && !await change.Context.Users.AnyAsync(token) ? await CreateAsync(change, input, hash, token) : Closed();
            },
            cancellationToken);
    }

    /// <summary>Says what is wrong, by field, or null when nothing is.</summary>
    /// <param name="input">What somebody said.</param>
    public static Error? Check(NewInstallation input)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        PersonOf(input).Check(errors);
        Add("organization", Names.Check(input.Organization));
        Add("project", Names.Check(input.Project));
        return errors.Count == 0 ? null : Error.Invalid(errors);

        void Add(string field, string? message)
        {
            if (message is not null)
            {
                errors[field] = message;
            }
        }
    }

    static async Task<Result<SetUpDone>> CreateAsync(
        UnitOfWork change, NewInstallation input, string hash, CancellationToken cancellationToken)
    {
        var person = PersonOf(input).AddTo(change, hash, isConfirmed: false);
        var name = input.Organization!.Trim();
        var organization = await OrganizationService.AddAsync(change, Names.ToSlug(name, "organization"), name, person, cancellationToken);
        var project =
            await ProjectService.AddAsync(change, organization.Id, organization.Slug, input.Project!.Trim(), null, cancellationToken);
        return project.Error is { } fault ? fault : new SetUpDone(person.Id, new(organization.Slug, project.Value.Slug));
    }

    /// <summary>Set-up by settings names nobody, so the name follows from the address.</summary>
    static NewPerson PersonOf(NewInstallation input) => new(input.Name ?? NameOf(input.Email?.Trim()), input.Email, input.Password);

    static string NameOf(string? email) =>
        // an address can be longer than a name
        EmailAddress.Check(email) is null && EmailAddress.ToName(email!) is var name && Names.Check(name) is null ? name : "Owner";

    static Error Closed() => new(ErrorCode.Conflict, "Latchkey is set up already. Sign in.");
}
