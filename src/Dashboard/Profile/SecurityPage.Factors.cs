using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Accounts;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Profile;

/// <summary>Passkeys, the authenticator app and recovery codes.</summary>
[OpenWithoutSecondFactor]
public sealed partial class SecurityPage
{
    AuthenticatorDialog? authenticatorDialog;
    RecoveryCodesDialog? codesDialog;
    PasskeyDialog? passkeyDialog;

    /// <summary>Whether the person came here because they lack a second factor. The circuit's rights are those of that moment.</summary>
    bool wasMissing;

    [Inject] SecondFactorService Factors { get; set; } = null!;

    [Inject] PasskeyService Passkeys { get; set; } = null!;

    [Inject] IJSRuntime JS { get; set; } = null!;

    async Task SetUpAuthenticatorAsync()
    {
        var begun = await DoAsync(actor => Factors.BeginAsync(actor, life.Token), "Could not set up an authenticator app");
        if (begun.Succeeded)
        {
            authenticatorDialog?.Ask(begun.Value);
        }
    }

    async Task<Error?> TurnOnAsync(AuthenticatorSetup setup, string code)
    {
        var outcome = await Runner.RunAsync(actor => Factors.TurnOnAsync(actor, setup, code, life.Token));
        if (outcome.Succeeded)
        {
            await AfterAddingAsync(outcome.Value, "Added the authenticator app");
        }

        return outcome.Error;
    }

    async Task RemoveAuthenticatorAsync()
    {
        var last = View!.Factors.Passkeys.Count == 0;
        if (await Dialogs.ConfirmAsync(new("Remove the authenticator app?", "Remove app", last
            ? "Your password alone will sign you in again, and your recovery codes end with it."
            : "Its codes no longer sign you in. Your passkeys stay.")))
        {
            var outcome = await DoAsync(actor => Factors.TurnOffAsync(actor, life.Token), "Could not remove the authenticator app");
            Say(outcome.Succeeded, "Removed the authenticator app");
            await ReloadAsync();
        }
    }

    async Task RenewCodesAsync()
    {
        if (View!.Factors.RecoveryCodesLeft > 0
            && !await Dialogs.ConfirmAsync(
                new("Make new recovery codes?", "Make new codes", "The codes that you have now stop working.") { Danger = false }))
        {
            return;
        }

        var outcome = await DoAsync(actor => Factors.RenewCodesAsync(actor, life.Token), "Could not make new recovery codes");
        if (outcome.Succeeded)
        {
            await ReloadAsync();
            codesDialog?.Show(outcome.Value, replace: true);
        }
    }

    async Task AddPasskeyAsync()
    {
        // The proof of presence comes before the dialog that asks for a name.
        if ((await DoAsync(actor => Passkeys.BeginAsync(actor, life.Token), "Could not add a passkey")).Succeeded)
        {
            passkeyDialog?.Ask(null);
        }
    }

    async Task<string?> NamePasskeyAsync(PasskeySummary? passkey, string name)
    {
        if (passkey is not null)
        {
            var renamed = await Runner.RunAsync(actor => Passkeys.RenameAsync(actor, passkey.Id, name, life.Token));
            await ReloadAsync();
            return renamed.Error?.Detail;
        }

        var begun = await Runner.RunAsync(actor => Passkeys.BeginAsync(actor, life.Token));
        if (begun.Error is { } refused)
        {
            return refused.Detail;
        }

        var made = await JS.CreatePasskeyAsync(Assets[PasskeyBrowser.Script], begun.Value.Options);
        if (made.Answer is null)
        {
            return made.Error;
        }

        var added = await Runner.RunAsync(actor => Passkeys.AddAsync(actor, name, made.Answer, begun.Value.State, life.Token));
        if (added.Succeeded)
        {
            await AfterAddingAsync(added.Value, $"Added {name}");
        }

        return added.Error?.Detail;
    }

    async Task RemovePasskeyAsync(PasskeySummary passkey)
    {
        var last = View!.Factors is { AuthenticatorSince: null, Passkeys.Count: 1 };
        if (await Dialogs.ConfirmAsync(new($"Remove {passkey.Name}?", "Remove passkey", last
            ? "It no longer signs you in. Your password alone will sign you in again, and your recovery codes end with it."
            : "It no longer signs you in. Delete it in your browser or password manager too.")))
        {
            var outcome = await DoAsync(actor => Passkeys.RemoveAsync(actor, passkey.Id, life.Token), $"Could not remove {passkey.Name}");
            Say(outcome.Succeeded, $"Removed {passkey.Name}");
            await ReloadAsync();
        }
    }

    async Task AfterAddingAsync(SecondFactorAdded added, string said)
    {
        await ReloadAsync();
        Snackbars.Show(said);
        if (added.Codes is { } codes)
        {
            codesDialog?.Show(codes, replace: false);
        }
        else
        {
            LeaveIfSetUp();
        }
    }

    /// <summary>Opens what was closed to the person until now. It takes a new circuit.</summary>
    void LeaveIfSetUp()
    {
        if (wasMissing && View is { Factors.IsMissing: false })
        {
            Navigation.NavigateTo("/", forceLoad: true);
        }
    }

    void Say(bool succeeded, string text)
    {
        if (succeeded)
        {
            Snackbars.Show(text);
        }
    }

    async Task<Result<T>> DoAsync<T>(Func<Actor, Task<Result<T>>> action, string failed)
    {
        var outcome = await Runner.RunAsync(action);
        if (outcome.Error is { Code: not (ErrorCode.SessionRequired or ErrorCode.FreshSignInRequired) } fault)
        {
            Snackbars.ShowError(failed, fault.Detail);
        }

        return outcome;
    }
}
