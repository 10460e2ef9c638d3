using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dashboard.Core.Data;

/// <summary>Text reached a command that not every database can store: it has a NUL or half of a surrogate pair, or it is too long for its
/// column.</summary>
public sealed class UnstorableTextException(string message) : Exception(message);

/// <summary>Refuses text that PostgreSQL or SQL Server would refuse, on every database and before it is sent. Services validate their input
/// first; this holds for what they look up as well, and makes a missing validation a refused request rather than a fault of the
/// database.</summary>
static class StorableText
{
    /// <summary>The properties of a type whose text can be too long, found once: each save asks for them.</summary>
    static readonly ConditionalWeakTable<IEntityType, Limited[]> limited = [];

    /// <summary>Checks everything that is sent.</summary>
    public static IInterceptor Interceptor { get; } = new Check();

    /// <summary>Returns whether every database can store the characters of <paramref name="text"/>.</summary>
    public static bool IsStorable(string text) => !text.Contains('\0', StringComparison.Ordinal) && IsWellFormed(text);

    static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    static void Refuse(DbCommand command)
    {
        foreach (DbParameter parameter in command.Parameters)
        {
            if (parameter.Value is string text && !IsStorable(text))
            {
                throw new UnstorableTextException($"The parameter {parameter.ParameterName} contains a character that cannot be stored.");
            }
        }
    }

    static void Refuse(DbContext? context)
    {
        if (context is null)
        {
            return;
        }

        foreach (var entry in context.ChangeTracker.Entries())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified))
            {
                continue;
            }

            foreach (var (property, getter, maxLength) in limited.GetValue(entry.Metadata, FindLimited))
            {
                if (getter.GetClrValue(entry.Entity) is string text && text.Length > maxLength)
                {
                    throw new UnstorableTextException(
                        $"The text for {property.DeclaringType.DisplayName()}.{property.Name} is longer than {maxLength} characters.");
                }
            }
        }
    }

    static Limited[] FindLimited(IEntityType type) =>
        [.. from property in type.GetProperties() where property.ClrType == typeof(string) && property.GetMaxLength() is not null
            && !property.IsShadowProperty()
            select new Limited(property, property.GetGetter(), property.GetMaxLength()!.Value)];

    readonly record struct Limited(IProperty Property, IClrPropertyGetter Getter, int MaxLength);

    sealed class Check : DbCommandInterceptor, ISaveChangesInterceptor
    {
        public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
        {
            Refuse(eventData.Context);
            return result;
        }

        public ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
                new(SavingChanges(eventData, result));

        public override InterceptionResult<DbDataReader> ReaderExecuting(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
        {
            Refuse(command);
            return result;
        }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            Refuse(command);
            return new(result);
        }

        public override InterceptionResult<int> NonQueryExecuting(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
        {
            Refuse(command);
            return result;
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            Refuse(command);
            return new(result);
        }
    }
}
