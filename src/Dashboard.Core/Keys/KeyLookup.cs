using Dashboard.Core.Keys.Format;

namespace Dashboard.Core.Keys;

/// <content>Found strings.</content>
public sealed partial class KeyService
{
    /// <summary>No template makes shorter keys: a literal, and 32 characters without a public id.</summary>
    const int LeastKeyLength = 33;

    /// <summary>Whether a text is a whole key by its looks, so that a page asks <see cref="WhichAsync"/> about it, and searches for it nowhere. It says nothing
    /// about whether the key exists. The text goes nowhere.</summary>
    /// <param name="text">What somebody typed or pasted; white space around it does not matter.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<bool> LooksWholeAsync(string? text, CancellationToken cancellationToken)
    {
        var length = text.AsSpan().Trim().Length;
        if (length is < LeastKeyLength or > KeyTemplate.MaxKeyLength)
        {
            return false;
        }

        if (shapes.Fits(text.AsSpan().Trim()))
        {
            return true;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await shapes.LoadAsync(context, cancellationToken);
        return shapes.Fits(text.AsSpan().Trim());
    }

    /// <summary>Tells which of the keys that somebody may see a found string is. The string is hashed at once; it is neither stored nor logged nor in any answer.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="rawKey">The found string; white space around it does not matter.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key, revoked ones too; or <see cref="ErrorCode.InvalidRequest"/> for what has no shape of a key, <see cref="ErrorCode.NotFound"/> for one that never
    /// was, or is of an organization that the actor does not belong to.</returns>
    public async Task<Result<KeySummary>> WhichAsync(Actor actor, string? rawKey, CancellationToken cancellationToken)
    {
        if (!await LooksWholeAsync(rawKey, cancellationToken))
        {
            return Error.Invalid("key", "This is no whole key: it may be cut off or mistyped.");
        }

        var hash = KeyHash.Of(rawKey.AsSpan().Trim());
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var stored = await ApiKeyProjection.FindAsync(context, VisibleTo(context, actor).Where(key => key.Hash == hash), cancellationToken);
        return stored is null
            ? new Error(ErrorCode.NotFound, "This is none of the keys that you may see. It may belong to an organization that you are not a member of, or was never minted here.")
            : stored.ToRow(time.GetUtcNow());
    }
}
