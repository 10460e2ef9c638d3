using System.Text;
using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Core.Accounts;

/// <summary>The rules for passwords: long, and not easy to guess. There are no composition rules (NIST SP 800-63B, section 5.1.1.2),
/// because they make passwords alike. Passwords are normalized before they are hashed or checked.</summary>
public sealed class PasswordRules : IPasswordValidator<DashboardUser>
{
    /// <summary>The minimum length, in Unicode scalar values.</summary>
    public const int MinLength = 12;

    /// <summary>The maximum length, in UTF-16 code units. It bounds the cost of hashing.</summary>
    public const int MaxLength = 256;

    /// <summary>The PBKDF2-HMAC-SHA512 iterations of a stored password, as the OWASP Password Storage Cheat Sheet recommends.</summary>
    public const int HashIterations = 210_000;

    /// <summary>The minimum number of different characters.</summary>
    internal const int MinDifferent = 4;
    const int MinOwnLength = 6;
    const string Product = "latchkey";

    /// <summary>Validates a new password. Returns an error message, or null if the password is acceptable.</summary>
    /// <param name="password">The password; null counts as empty.</param>
    /// <param name="email">The email of the account, which the password must not consist of.</param>
    public static string? Check(string? password, string? email)
    {
        var text = ComparableText.Compose(password ?? "");
        if (text.EnumerateRunes().Count() < MinLength)
        {
            return $"Use {MinLength} characters or more. A sentence is easy to remember.";
        }

        if (text.Length > MaxLength)
        {
            return $"Use {MaxLength} characters or fewer.";
        }

        if (text.EnumerateRunes().Select(Rune.ToLowerInvariant).Distinct().Count() < MinDifferent)
        {
            return "Use more different characters. A sentence is easy to remember.";
        }

        if (CommonPasswords.Contains(text))
        {
            return "This password is too common and easy to guess. Try a sentence of your own.";
        }

        return IsMadeOf(text, email) ? "Don't use only your email address and the product's name. A sentence is easy to remember." : null;
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

        return rest.Length < MinOwnLength && rest.Length < password.Length;
    }
}
