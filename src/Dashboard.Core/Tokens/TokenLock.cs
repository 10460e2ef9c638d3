using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>Holds the access token that the actor acts through, if there is one, and its authorization.</summary>
sealed class TokenLock(SessionOptions options) : IActorLock
{
    public ActorLockOrder Order => ActorLockOrder.Token;

    public async Task<bool> TakeAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        if (unit.Actor.Token is not { Jti: var jti })
        {
            return true;
        }

        var (context, now) = (unit.Context, unit.Now);
        return await context.Authorizations
                .Where(authorization => authorization.EndedAt == null
                    && context.AccessTokens.Any(token => token.Jti == jti && token.AuthorizationId == authorization.Id))
                .ExecuteUpdateAsync(set =>
                    set.SetProperty(authorization => authorization.EndedAt, authorization => authorization.EndedAt), cancellationToken) == 1
            && await context.AccessTokens.Where(token => token.Jti == jti && token.RevokedAt == null && token.ExpiresAt > now)
                .ExecuteUpdateAsync(set => set.SetProperty(token => token.RevokedAt, token => token.RevokedAt), cancellationToken) == 1;
    }

    public async Task<bool> IsFreshAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        if (unit.Actor.Token is not { Jti: var jti })
        {
            return true;
        }

        var (context, since) = (unit.Context, unit.Now - options.Fresh);
        return await context.Authorizations.AnyAsync(
            authorization => authorization.ApprovedAt > since
                && context.AccessTokens.Any(token => token.Jti == jti && token.AuthorizationId == authorization.Id),
            cancellationToken);
    }
}
