using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <content>What the page of a new key waits for.</content>
public sealed partial class KeyService
{
    /// <summary>Finds the first request that a key was accepted for. A page that waits for it listens to <see cref="Changes.ChangeFeed"/> for a
    /// <see cref="Changes.FeedSubject.KeyUse"/> of the key, and asks then.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="keyId">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The request, or null while there was none; or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<KeyFirstUse?>> FindFirstUseAsync(Actor actor, string keyId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return KeyRules.IsKeyId(keyId) && await VisibleTo(context, actor).AnyAsync(key => key.KeyId == keyId, cancellationToken)
            ? await context.KeyFirstUses.AsNoTracking().SingleOrDefaultAsync(x => x.KeyId == keyId, cancellationToken)
            : Error.NotFound;
    }
}
