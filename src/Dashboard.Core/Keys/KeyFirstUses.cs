using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <content>The first use of a new key.</content>
public sealed partial class KeyService
{
    /// <summary>Finds the first request that a key was accepted for. A page that waits for it calls this when
    /// <see cref="Changes.ChangeFeed"/> reports a <see cref="Changes.FeedSubject.KeyUse"/> of the key.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <returns>The request, or null if there has been none; or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<KeyFirstUse?>> FindFirstUseAsync(Actor actor, string keyId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return KeyRules.IsKeyId(keyId) && await VisibleTo(context, actor).AnyAsync(key => key.KeyId == keyId, cancellationToken)
            ? await context.KeyFirstUses.AsNoTracking().SingleOrDefaultAsync(x => x.KeyId == keyId, cancellationToken)
            : Error.NotFound;
    }
}
