using Dashboard.Core.Accounts;

namespace Dashboard.Profile;

/// <summary>What the page shows, handed from the prerendered page to its circuit.</summary>
/// <param name="Account">The person's account.</param>
/// <param name="Factors">The person's second factors.</param>
/// <param name="Sessions">The person's newest sessions.</param>
/// <param name="HasMore">Whether there are more.</param>
/// <param name="At">When it was read.</param>
public sealed record SecurityPageModel(
    AccountProfile Account, SecondFactorStatus Factors, IReadOnlyList<SessionSummary> Sessions, bool HasMore, DateTimeOffset At);

/// <summary>Reads the page.</summary>
sealed class SecurityPageQuery(AccountService accounts, SecondFactorService factors, SessionService sessions, TimeProvider time)
{
    public async Task<Result<SecurityPageModel>> ReadAsync(Actor actor, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(actor, cancellationToken);
        if (account.Error is { } fault)
        {
            return fault;
        }

        var page = await sessions.ListAsync(actor, null, Page.DefaultLimit, cancellationToken);
        return page.Error is { } refused ? refused
            : new SecurityPageModel(
                account.Value, await factors.GetAsync(actor, cancellationToken), page.Value.Items, page.Value.NextCursor is not null,
                time.GetUtcNow());
    }
}
