using System.Text;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Core.Accounts;

/// <summary>What a password has to be: long, and not one that guessing begins with. No rule of composition (NIST SP 800-63B, section 5.1.1.2): such rules
/// make passwords alike. A password is stored and verified exactly as it was typed.</summary>
public sealed class PasswordRules : IPasswordValidator<DashboardUser>
{
    /// <summary>The fewest characters (Unicode scalar values).</summary>
    public const int MinLength = 12;

    /// <summary>The most characters (UTF-16 units). Hashing costs time, and nobody types more.</summary>
    public const int MaxLength = 256;

    /// <summary>How often PBKDF2 with HMAC-SHA-512 is repeated for a stored password, as OWASP's password storage cheat sheet advises.</summary>
    public const int HashIterations = 210_000;

    const int LeastDifferent = 4;
    const int LeastOfItsOwn = 6;
    const string Product = "latchkey";

    /// <summary>Says what is wrong with a password that somebody chose, or null when nothing is.</summary>
    /// <param name="password">The password; null counts as empty.</param>
    /// <param name="email">The address of its account, which must not be all that it is made of.</param>
    public static string? Check(string? password, string? email)
    {
        var text = password ?? "";
        if (text.EnumerateRunes().Count() < MinLength)
        {
            return $"Use {MinLength} characters or more. A sentence is easy to remember.";
        }

        if (text.Length > MaxLength)
        {
            return $"Use {MaxLength} characters or fewer.";
        }

        if (text.EnumerateRunes().Select(Rune.ToLowerInvariant).Distinct().Count() < LeastDifferent)
        {
            return "Use more different characters. A sentence is easy to remember.";
        }

        if (CommonPasswords.Contains(text))
        {
            return "This password is too common and easy to guess. Try a sentence of your own.";
        }

        return IsMadeOf(text, email) ? "Use more than your email address and the product's name. A sentence is easy to remember." : null;
    }

    /// <inheritdoc />
    public Task<IdentityResult> ValidateAsync(UserManager<DashboardUser> manager, DashboardUser user, string? password) => Task.FromResult(
        Check(password, user.Email) is { } fault
            ? IdentityResult.Failed(new IdentityError { Code = "Password", Description = fault })
            : IdentityResult.Success);

    static bool IsMadeOf(string password, string? email)
    {
        var rest = password;
        foreach (var part in new[] { email, email?.Split('@')[0], email?.Split('@')[^1], Product })
        {
            if (part is { Length: >= 3 })
            {
                rest = rest.Replace(part, "", StringComparison.OrdinalIgnoreCase);
            }
        }

        return rest.Length < LeastOfItsOwn && rest.Length < password.Length;
    }
}
