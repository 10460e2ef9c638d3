using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Accounts;

/// <summary>A person who gets an account: by set-up, by an invitation or by registration.</summary>
/// <param name="Name">The display name, 1 to 100 characters.</param>
/// <param name="Email">The email address.</param>
/// <param name="Password">The password as entered.</param>
public sealed record NewPerson(string? Name, string? Email, string? Password)
{
    /// <summary>Omits the password.</summary>
    public override string ToString() => $"account of {Email}";

    /// <summary>Validates the fields. Adds what is wrong to <paramref name="errors"/>, under <c>name</c>, <c>email</c> and
    /// <c>password</c>.</summary>
    public void Check(IDictionary<string, string> errors)
    {
        Add("name", Names.Check(Name));
        Add("email", EmailAddress.Check(Email?.Trim()));
        Add("password", PasswordRules.Check(Password, Email?.Trim()));

        void Add(string field, string? message)
        {
            if (message is not null)
            {
                errors[field] = message;
            }
        }
    }

    /// <summary>Returns what is wrong, by field, or null if nothing is.</summary>
    public Error? Check()
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        Check(errors);
        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    /// <summary>Adds the account to a change and records it. If another change adds the same address at the same time, the later one runs
    /// again and has to find it then: ask <see cref="FindIdAsync"/> first.</summary>
    /// <param name="hash">The hash of the password. Hashing takes a tenth of a second, so it happens before the transaction.</param>
    /// <param name="isConfirmed">Whether the person has shown that the address is theirs, by a link that was mailed to it.</param>
    internal DashboardUser AddTo(UnitOfWork change, string hash, bool isConfirmed)
    {
        var email = Email!.Trim();
        var person = new DashboardUser
        {
            Id = Guid.CreateVersion7(change.Now).ToString(),
            UserName = email,
            NormalizedUserName = EmailAddress.Normalize(email),
            Email = email,
            NormalizedEmail = EmailAddress.Normalize(email),
            EmailConfirmed = isConfirmed,
            PasswordHash = hash,
            Name = Name!.Trim(),
            CreatedAt = change.Now,
        };
        change.Context.Add(person);
        change.Record(AuditChain.Installation, new(AuditCategory.Auth, "user.created", new(FeedSubject.User, person.Id, person.Name)));
        return person;
    }

    /// <summary>Returns the account with an address, or null.</summary>
    /// <param name="email">The address as entered.</param>
    internal static Task<string?> FindIdAsync(DashboardContext context, string email, CancellationToken cancellationToken)
    {
        var normalized = EmailAddress.Normalize(email);
        return context.Users.Where(x => x.NormalizedEmail == normalized).Select(x => (string?)x.Id).FirstOrDefaultAsync(cancellationToken);
    }
}
