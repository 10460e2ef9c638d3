using Dashboard.Core.Keys.Format;

namespace Dashboard.Core.Keys;

/// <content>Looking up a key by its text.</content>
public sealed partial class KeyService
{
    /// <summary>No template produces shorter keys: the shortest has a literal and 32 characters without a public id.</summary>
    const int MinKeyLength = 33;

    /// <summary>Returns whether text has the format of a whole key, in which case a page calls <see cref="WhichAsync"/> rather than search
    /// for it. This does not say whether the key exists. The text is not stored or logged.</summary>
    /// <param name="text">The text as entered. Surrounding white space is ignored.</param>
    public async ValueTask<bool> LooksWholeAsync(string? text, CancellationToken cancellationToken)
    {
        var length = text.AsSpan().Trim().Length;
        if (length is < MinKeyLength or > KeyTemplate.MaxKeyLength)
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

    /// <summary>Returns whether text is a whole key or probably a mistyped or truncated one, in which case a page calls
    /// <see cref="WhichAsync"/>, and neither searches for the text nor keeps it. The text is not stored or logged.</summary>
    /// <param name="text">The text as entered. Surrounding white space is ignored.</param>
    public async ValueTask<bool> LooksLikeKeyAsync(string? text, CancellationToken cancellationToken)
    {
        if (Matches(text))
        {
            return true;
        }

        var length = text.AsSpan().Trim().Length;
        if (length is < MinKeyLength - KeyTemplate.MaxMiscounted or > KeyTemplate.MaxKeyLength + KeyTemplate.MaxMiscounted)
        {
            return false;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await shapes.LoadAsync(context, cancellationToken);
        return Matches(text);

        bool Matches(string? text) => shapes.Fits(text.AsSpan().Trim()) || shapes.Resembles(text.AsSpan().Trim());
    }

    /// <summary>Finds the key that a leaked or forgotten string is, among the keys that the actor can see. The string is hashed immediately
    /// and never stored, logged or returned.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <param name="rawKey">The string. Surrounding white space is ignored.</param>
    /// <returns>The key, even if it is revoked; or <see cref="ErrorCode.InvalidRequest"/> if the string does not have the format of a key,
    /// or <see cref="ErrorCode.NotFound"/> if there is no such key or the actor is not a member of its organization.</returns>
    public async Task<Result<KeySummary>> WhichAsync(Actor actor, string? rawKey, CancellationToken cancellationToken)
    {
        if (!await LooksWholeAsync(rawKey, cancellationToken))
        {
            return await LooksLikeKeyAsync(rawKey, cancellationToken)
                ? Error.Invalid(
                    "key", "This looks like a key, but it has a typing error or is incomplete. Copy it again from where it is stored.")
                : Error.Invalid("key", "This is not a complete key. It may be truncated or mistyped.");
        }

        var hash = KeyHash.Of(rawKey.AsSpan().Trim());
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var stored = await ApiKeyProjection.FindAsync(context, VisibleTo(context, actor).Where(key => key.Hash == hash), cancellationToken);
        return stored is null
            ? new Error(ErrorCode.NotFound, "No key that you can see matches. The key may belong to an organization that you are not a member of, or was not created here.")
            : stored.ToRow(time.GetUtcNow());
    }
}
