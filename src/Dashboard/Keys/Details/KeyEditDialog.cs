using Dashboard.Components;
using Dashboard.Core.Keys;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Keys.Details;

/// <summary>What the dialogs share that ask for one property of a key.</summary>
public abstract class KeyEditDialog : ComponentBase
{
    bool submitting;
    bool focusError;

    /// <summary>Submits the change and returns the error, or null on success.</summary>
    [Parameter, EditorRequired] public Func<KeyPatch, Task<Error?>>? OnSubmit { get; set; }

    /// <summary>The dialog itself.</summary>
    protected Dialog? Frame { get; set; }

    /// <summary>Whether the dialog is open.</summary>
    protected bool Shown { get; private set; }

    /// <summary>What is wrong with the input, or null.</summary>
    protected string? Fault { get; set; }

    /// <summary>Returns the change, or null with <see cref="Fault"/> set, or with a further question in the dialog.</summary>
    protected abstract KeyPatch? Read();

    /// <summary>Opens the dialog.</summary>
    protected void Open()
    {
        (Shown, Fault) = (true, null);
        StateHasChanged();
    }

    /// <summary>Closes the dialog without a change.</summary>
    protected void Close() => Shown = false;

    /// <summary>Submits what was entered.</summary>
    protected async Task SubmitAsync()
    {
        if (submitting || !Shown || OnSubmit is null)
        {
            return;
        }

        submitting = true; // ignore a second press while the first is handled
        try
        {
            Fault = null;
            if (Read() is { } patch)
            {
                var error = await OnSubmit(patch);
                Fault = error?.Errors?.Values.FirstOrDefault() ?? error?.Detail;
                Shown = error is not null;
            }

            focusError = Fault is not null;
        }
        finally
        {
            submitting = false;
        }
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (focusError && Frame is not null)
        {
            focusError = false;
            await Frame.FocusAsync("[aria-invalid='true']");
        }
    }
}
