using Dashboard.Core.Organizations;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Accounts;

/// <summary>Hashes passwords as NFKC, so that they do not depend on how a keyboard composes letters (NIST SP 800-63B, section 3.1.1.2). A
/// hash from before that, of a password as it was typed, still matches, and is reported as outdated.</summary>
sealed class NormalizingPasswordHasher(IOptions<PasswordHasherOptions> options) : PasswordHasher<DashboardUser>(options)
{
    public override string HashPassword(DashboardUser user, string password) => base.HashPassword(user, ComparableText.Compose(password));

    public override PasswordVerificationResult VerifyHashedPassword(DashboardUser user, string hashedPassword, string providedPassword)
    {
        var normalized = ComparableText.Compose(providedPassword);
        var result = base.VerifyHashedPassword(user, hashedPassword, normalized);
        return result == PasswordVerificationResult.Failed && normalized != providedPassword
            && base.VerifyHashedPassword(user, hashedPassword, providedPassword) != PasswordVerificationResult.Failed
                ? PasswordVerificationResult.SuccessRehashNeeded
                : result;
    }
}
