using System.Xml.Linq;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.DataProtection;

/// <summary>Keeps the keys of data protection with everything else, so that each node on the database reads the others' cookies and a backup is whole.</summary>
public sealed class ProtectionKeyRepository(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes) : IXmlRepository
{
    const int MaxNameLength = 200;

    /// <inheritdoc />
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var context = contexts.CreateDbContext();
        return [.. context.ProtectionKeys.AsNoTracking().OrderBy(key => key.Name).Select(key => key.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    /// <inheritdoc />
    public void StoreElement(XElement element, string friendlyName)
    {
        var key = new ProtectionKey
        {
            Name = friendlyName.Length > MaxNameLength ? friendlyName[..MaxNameLength] : friendlyName,
            Xml = element.ToString(SaveOptions.DisableFormatting),
        };
        // The framework asks on a thread of its own, once in months, and knows no other way than to wait.
        changes.RunBehindAsync(
            async (context, token) =>
            {
                if (!await context.ProtectionKeys.AnyAsync(stored => stored.Name == key.Name, token))
                {
                    context.Add(key);
                }
            },
            CancellationToken.None).GetAwaiter().GetResult();
    }
}
