using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Update;

namespace Dashboard.Core.Data;

/// <summary>Sends the rows of a save to SQLite in one command, as EF Core does on servers. Its own provider sends one command a row, and
/// each of them costs more than SQLite's work.</summary>
sealed class SqliteBatches(ModificationCommandBatchFactoryDependencies dependencies, IDbContextOptions options)
    : IModificationCommandBatchFactory
{
    readonly int? maxBatchSize = RelationalOptionsExtension.Extract(options).MaxBatchSize;

    public ModificationCommandBatch Create() => new Batch(dependencies, maxBatchSize);

    sealed class Batch(ModificationCommandBatchFactoryDependencies dependencies, int? maxBatchSize)
        : AffectedCountModificationCommandBatch(dependencies, maxBatchSize);
}
