using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.PublishedApps;

namespace Dashboard.Shared;

/// <summary>The content of the secret dialog. It exists in memory only, and none of its types prints a secret.</summary>
public sealed class SecretReveal
{
    /// <summary>The title: "Save your key".</summary>
    public required string Title { get; init; }

    /// <summary>The sentence below the title: what is ready, and that it is shown once.</summary>
    public required string Lead { get; init; }

    /// <summary>The values to show.</summary>
    public required IReadOnlyList<RevealedSecret> Values { get; init; }

    /// <summary>Returns snippets for a host URL with a trailing slash. The first snippet contains every value.</summary>
    public required Func<string, IReadOnlyList<Snippet>> Snippets { get; init; }

    /// <summary>The consequence of losing the secret, to follow "Once this closes it cannot be shown again."</summary>
    public required string Loss { get; init; }

    /// <summary>The text of the closing button: "I have saved the key".</summary>
    public required string Leave { get; init; }

    /// <summary>The key whose first request the dialog waits for; null for none.</summary>
    public string? KeyId { get; init; }

    /// <summary>Returns the content for a new key.</summary>
    public static SecretReveal Of(IssuedKey issued) => OfKey(
        issued.Key, issued.Secret, "Save your key", issued.Key.AwaitsApproval
            ? $"{issued.Key.Name} works once an admin has approved it. This is the only time its key is shown."
            : $"{issued.Key.Name} is ready. This is the only time its key is shown.",
        "You would have to revoke it and create another.");

    /// <summary>Returns the content for the key of a newly published app.</summary>
    public static SecretReveal Of(IssuedPublishedApp issued) => OfKey(
        issued.PublishedApp.Key, issued.Secret, "Save the app’s key",
        $"{issued.PublishedApp.Name} is published. This is the only time its key is shown.",
        "You would have to unpublish the app and publish it again.");

    static SecretReveal OfKey(KeySummary key, KeySecret secret, string title, string lead, string loss) => new()
    {
        Title = title,
        Lead = lead,
        Values = [new("Key", secret.Reveal(), "this key")],
        Snippets = Snippet.For,
        Loss = loss,
        Leave = "I have saved the key",
        KeyId = key.AwaitsApproval ? null : key.KeyId, // there is no request to wait for yet
    };
}

/// <summary>A value that the dialog shows.</summary>
/// <param name="label">The label: "Client secret".</param>
/// <param name="text">The value.</param>
/// <param name="secret">Its name in the warning that it was not copied: "the client secret"; null if it is not a secret.</param>
public sealed class RevealedSecret(string label, string text, string? secret)
{
    public string Label { get; } = label;

    public string Text { get; } = text;

    public string? Secret { get; } = secret;
}
