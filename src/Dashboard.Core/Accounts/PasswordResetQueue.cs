using System.Collections.Concurrent;
using System.Threading.Channels;
using Dashboard.Core.Changes;
using Dashboard.Core.Mail;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Accounts;

/// <summary>A request for a new password.</summary>
/// <param name="Email">The normalized address, with or without an account.</param>
/// <param name="Address">The client address, or null.</param>
/// <param name="Site">The public URL.</param>
/// <param name="At">When, UTC.</param>
public sealed record PasswordResetRequest(string Email, string? Address, string Site, DateTimeOffset At)
{
    /// <summary>Omits the address.</summary>
    public override string ToString() => nameof(PasswordResetRequest);
}

/// <summary>Writes the links that people asked for beside the requests, which so take the same time whether or not an address has an
/// account. What waits is in the memory of this process: a request from before it was killed has to be sent again.</summary>
public sealed partial class PasswordResetQueue(
    UnitOfWorkRunner changes, MailOutbox outbox, TimeProvider time, ILogger<PasswordResetQueue> logger)
    : PeriodicService(Timeout.InfiniteTimeSpan, time)
{
    /// <summary>The maximum number of requests that wait.</summary>
    public const int MaxWaiting = 1000;

    /// <summary>The delay after a failed attempt.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long a request is tried.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    readonly ConcurrentQueue<PasswordResetRequest> waiting = [];

    /// <summary>Holds at most one signal.</summary>
    readonly Channel<bool> signal =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Adds a request.</summary>
    /// <returns>False if too many wait.</returns>
    public bool Add(PasswordResetRequest request)
    {
        if (waiting.Count >= MaxWaiting)
        {
            return false;
        }

        waiting.Enqueue(request);
        signal.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Handles what waits.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <summary>Makes a link within a change whose audit chain is locked, and records it.</summary>
    /// <returns>The link.</returns>
    internal static async Task<string> AddLinkAsync(
        UnitOfWork change, DashboardUser person, string site, CancellationToken cancellationToken)
    {
        var made = await AccountLinks.AddAsync(change, person.Id, AccountLinkKind.PasswordReset, null, isOnly: false, cancellationToken);
        change.Record(
            AuditChain.Installation, new(AuditCategory.Auth, "password.reset_requested", new(FeedSubject.User, person.Id, person.Name)));
        return PasswordResetService.Link(site, made);
    }

    /// <inheritdoc />
    protected override bool RunsAtStop => true;

    /// <inheritdoc />
    protected override async Task WaitAsync(bool succeeded, CancellationToken cancellationToken) =>
        await (succeeded ? signal.Reader.ReadAsync(cancellationToken).AsTask() : Task.Delay(RetryAfter, Time, cancellationToken));

    /// <inheritdoc />
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (waiting.TryPeek(out var request))
        {
            if (Time.GetUtcNow() - request.At < Patience)
            {
                await SendAsync(request, cancellationToken);
            }

            waiting.TryDequeue(out _);
        }
    }

    /// <inheritdoc />
    protected override void LogFailure(Exception exception) => LogNotSent(exception, waiting.Count);

    Task<Result<Unit>> SendAsync(PasswordResetRequest request, CancellationToken cancellationToken) => changes.RunAsync<Unit>(
        Actor.Anonymous(request.Address),
        async (change, token) =>
        {
            await change.LockAuditChainAsync(AuditChain.Installation, token);
            var person = await change.Context.Users.AsNoTracking().SingleOrDefaultAsync(x => x.NormalizedEmail == request.Email, token);
            if (person is null || await AccountLinks.FindWaitAsync(change, person.Id, AccountLinkKind.PasswordReset, token) is not null)
            {
                return default(Unit);
            }

            var link = await AddLinkAsync(change, person, request.Site, token);
            outbox.Add(change, AccountMails.PasswordReset(person.Email!, link, request.Address, change.Now), AccountLink.Lifetime);
            return default(Unit);
        },
        cancellationToken);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Count} requests for a new password could not be handled yet; they are tried again.")]
    partial void LogNotSent(Exception exception, int count);
}
