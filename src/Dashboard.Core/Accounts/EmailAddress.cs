using System.Text;

namespace Dashboard.Core.Accounts;

/// <summary>Validates, normalizes and derives names from email addresses.</summary>
public static class EmailAddress
{
    /// <summary>The maximum length of an address (RFC 5321, section 4.5.3.1.3, without the angle brackets).</summary>
    public const int MaxLength = 254;

    const string ForbiddenCharacters = "()<>[]:;,\\\"";

    /// <summary>Validates the format of an address. Returns an error message, or null if the address is valid.</summary>
    /// <param name="email">The trimmed address; null counts as empty.</param>
    public static string? Check(string? email) => email switch
    {
        null or "" => "Enter an email address.",
        { Length: > MaxLength } => $"Use an address of {MaxLength} characters or fewer.",
        _ => HasShape(email) ? null : "Enter a full email address, such as priya@northwind.example.",
    };

    /// <summary>Returns the form in which an account is looked up. It is case-insensitive.</summary>
    /// <returns>The same as Identity's normalizer returns.</returns>
    public static string Normalize(string email) =>
        // An unpaired surrogate cannot be normalized; encoding and decoding replaces it.
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(email.Trim())).Normalize(NormalizationForm.FormC).ToUpperInvariant();

    /// <summary>Derives a name from the part before the @: <c>priya.raghunathan</c> becomes <c>Priya Raghunathan</c>.</summary>
    /// <param name="email">A valid address.</param>
    public static string ToName(string email)
    {
        var local = email[..email.IndexOf('@', StringComparison.Ordinal)].Split('+')[0];
        var words = local.Split(['.', '_', '-'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(word => char.ToUpperInvariant(word[0]) + word[1..]);
        var name = string.Join(' ', words);
        return name.Length == 0 ? email : name;
    }

    static bool HasShape(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == email.LastIndexOf('@') && at < email.Length - 1 && email[at + 1] != '.' && email[^1] != '.'
            && !email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c)
                || ForbiddenCharacters.Contains(c, StringComparison.Ordinal));
    }
}
