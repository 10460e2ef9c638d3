using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dashboard.Core.Data;

/// <summary>Something that is made once for each model, such as a compiled query: each provider has its own model.</summary>
/// <param name="create">Makes it from a context of the model.</param>
/// <typeparam name="T">Its type.</typeparam>
sealed class PerModel<T>(Func<DashboardContext, T> create)
    where T : class
{
    readonly ConditionalWeakTable<IModel, T> made = [];

    /// <summary>Returns what belongs to the model of <paramref name="context"/>.</summary>
    public T Get(DashboardContext context) =>
        made.TryGetValue(context.Model, out var found) ? found : made.GetValue(context.Model, _ => create(context));
}
