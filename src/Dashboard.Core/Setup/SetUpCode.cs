using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Setup;

/// <summary>Proves that the person who sets the installation up can read the server's log. Otherwise the first visitor would own the
/// installation. The address of a request proves nothing: behind a proxy on the same machine, every request comes from this machine. All
/// nodes share one code through the database, encrypted by data protection.</summary>
public sealed partial class SetUpCode(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, IDataProtectionProvider protection, ILogger<SetUpCode> logger)
{
    /// <summary>The number of wrong guesses, on all nodes together, after which the code is replaced. If they locked the page instead, a
    /// stranger could lock the owner out.</summary>
    public const int MaxWrong = 10;

    /// <summary>Characters that are not mistaken for others: no 0 and O, 1 and I and L, 2 and Z, 5 and S, 8 and B.</summary>
    const string Letters = "34679ACDEFGHJKMNPQRTUVWXY";

    const int Half = 4;

    readonly IDataProtector protector = protection.CreateProtector("Latchkey.SetUpCode");

    /// <summary>Returns the code, and creates it if there is none that this node can decrypt.</summary>
    /// <exception cref="InvalidOperationException">The installation is already set up.</exception>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            var stored = await Open(context).Select(x => x.ProtectedSetUpCode).FirstOrDefaultAsync(cancellationToken);
            if (Unprotect(stored) is { } code)
            {
                return code;
            }

            // If two nodes do this at once, the first one succeeds and both read its code.
            var fresh = protector.Protect(Make());
            await changes.RunBehindAsync(
                (writing, token) =>
                    ReplaceAsync(Open(writing).Where(x => x.ProtectedSetUpCode == stored), fresh, token), cancellationToken);
        }

        throw new InvalidOperationException("A set-up code exists only until Latchkey is set up.");
    }

    /// <summary>Compares a guess with the code, ignoring case and other characters in between. Guesses are processed one at a time: a code
    /// meets at most <see cref="MaxWrong"/> wrong guesses, however many are sent at once.</summary>
    public async Task<bool> IsRightAsync(string? guess, CancellationToken cancellationToken)
    {
        var next = Make();
        var protectedNext = protector.Protect(next); // before the transaction, because the key ring may be in the same database
        var (right, renewed) = (false, false);
        await changes.RunBehindAsync(
            async (context, token) =>
            {
                (right, renewed) = (false, false);
                // Counts the guess first, which locks the row until the transaction ends.
                if (await Open(context)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.WrongSetUpCodes, x => x.WrongSetUpCodes + 1), token) == 0)
                {
                    return;
                }

                var row = await Open(context).AsNoTracking().SingleAsync(token);
                if (Unprotect(row.ProtectedSetUpCode) is { } code && CryptographicOperations.FixedTimeEquals(Clean(guess), Clean(code)))
                {
                    right = true;
                    await Open(context)
                        .ExecuteUpdateAsync(set => set.SetProperty(x => x.WrongSetUpCodes, x => x.WrongSetUpCodes - 1), token);
                }
                else if (row.WrongSetUpCodes >= MaxWrong)
                {
                    renewed = true;
                    await ReplaceAsync(Open(context), protectedNext, token);
                }
            },
            cancellationToken);
        if (renewed)
        {
            LogRenewed(next);
        }

        return right;
    }

    static IQueryable<Installation> Open(DashboardContext context) =>
        context.Installations.Where(x => x.Id == Installation.TheOne && x.SetUpAt == null);

    static Task<int> ReplaceAsync(IQueryable<Installation> row, string protectedCode, CancellationToken cancellationToken) =>
        row.ExecuteUpdateAsync(
            set => set.SetProperty(x => x.ProtectedSetUpCode, protectedCode).SetProperty(x => x.WrongSetUpCodes, 0), cancellationToken);

    static string Make() => $"{RandomNumberGenerator.GetString(Letters, Half)}-{RandomNumberGenerator.GetString(Letters, Half)}";

    static byte[] Clean(string? typed) =>
        Encoding.ASCII.GetBytes(string.Concat((typed ?? "").Where(char.IsAsciiLetterOrDigit).Take((2 * Half) + 1)).ToUpperInvariant());

    /// <summary>Returns the code, or null if there is none or its data protection key is missing.</summary>
    string? Unprotect(string? stored)
    {
        try
        {
            return stored is null ? null : protector.Unprotect(stored);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "10 wrong set-up codes were entered. The new code is {Code}.")]
    partial void LogRenewed(string code);
}
