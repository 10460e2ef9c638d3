using System.Text;

namespace Dashboard.Core.Accounts;

/// <summary>The rules for e-mail addresses, and what else is made of one.</summary>
public static class EmailAddress
{
    /// <summary>The most characters that an address may have (RFC 5321, section 4.5.3.1.3, less the angle brackets).</summary>
    public const int MaxLength = 254;

    const string NeverInOne = "()<>[]:;,\\\"";

    /// <summary>Says what is wrong with an address, or null when nothing is. Only its shape is looked at: whether mail arrives, mail shows.</summary>
    /// <param name="email">The address, trimmed; null counts as empty.</param>
    public static string? Check(string? email) => email switch
    {
        null or "" => "Enter an email address.",
        { Length: > MaxLength } => $"Use an address of {MaxLength} characters or fewer.",
        _ => HasShape(email) ? null : "Enter a full email address, such as priya@northwind.example.",
    };

    /// <summary>The form under which an account is looked up: case does not tell two apart.</summary>
    /// <param name="email">The address.</param>
    /// <returns>The same as Identity makes of it.</returns>
    public static string Normalize(string email) =>
        // Half a surrogate pair cannot be normalized; there and back it becomes a character that can.
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(email.Trim())).Normalize(NormalizationForm.FormC).ToUpperInvariant();

    /// <summary>Makes a name of the part before the @: <c>priya.raghunathan</c> becomes <c>Priya Raghunathan</c>.</summary>
    /// <param name="email">An address that <see cref="Check"/> accepts.</param>
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
            && !email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c) || NeverInOne.Contains(c, StringComparison.Ordinal));
    }
}
