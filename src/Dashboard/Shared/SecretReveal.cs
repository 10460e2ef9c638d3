using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.PublishedApps;

namespace Dashboard.Shared;

/// <summary>What the secret modal shows this one time, with its words. It is in memory only, and no type in it prints a secret.</summary>
public sealed class SecretReveal
{
    /// <summary>The modal's title: "Save your key".</summary>
    public required string Title { get; init; }

    /// <summary>The sentence below it: what is ready, and that it is shown once.</summary>
    public required string Lead { get; init; }

    /// <summary>What is shown, one or several.</summary>
    public required IReadOnlyList<RevealedSecret> Values { get; init; }

    /// <summary>Texts to paste for a host, given with its last slash. The first has every value in it.</summary>
    public required Func<string, IReadOnlyList<Snippet>> Snippets { get; init; }

    /// <summary>What is lost with what was not copied, after "Once this closes it cannot be shown again.".</summary>
    public required string Loss { get; init; }

    /// <summary>The words of the button that leaves: "I have saved the key".</summary>
    public required string Leave { get; init; }

    /// <summary>The key whose first request is waited for; null for none.</summary>
    public string? KeyId { get; init; }

    /// <summary>A new key.</summary>
    public static SecretReveal Of(IssuedKey issued) => OfKey(
        issued.Key, issued.Secret, "Save your key", $"{issued.Key.Name} is ready. This is the only time its key is shown.", "You would have to revoke it and create another.");

    /// <summary>The key of an app that has just been published.</summary>
    public static SecretReveal Of(IssuedPublishedApp issued) => OfKey(
        issued.PublishedApp.Key, issued.Secret, "Save the app’s key", $"{issued.PublishedApp.Name} is published. This is the only time its key is shown.",
        "You would have to unpublish the app and publish it again.");

    static SecretReveal OfKey(KeySummary key, KeySecret secret, string title, string lead, string loss) => new()
    {
        Title = title,
        Lead = lead,
        Values = [new("Key", secret.Reveal(), "this key")],
        Snippets = Snippet.For,
        Loss = loss,
        Leave = "I have saved the key",
        KeyId = key.KeyId,
    };
}

/// <summary>One text that is shown.</summary>
/// <param name="label">What stands above it: "Client secret".</param>
/// <param name="text">The text itself.</param>
/// <param name="secret">What it is called where it was not copied: "the client secret"; null for what is no secret and can be read elsewhere at any time.</param>
public sealed class RevealedSecret(string label, string text, string? secret)
{
    public string Label { get; } = label;

    public string Text { get; } = text;

    public string? Secret { get; } = secret;
}
