using Xunit.v3;

namespace Dashboard.Tests.Unit.Support;

/// <summary>Marks a class whose tests run on each database that there is.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EveryDatabaseAttribute : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("database", "every")];
}

/// <summary>Marks what runs on SQLite alone.</summary>
/// <param name="reason">What it tests that other databases do not have.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SqliteOnlyAttribute(string reason) : Attribute, ITraitAttribute
{
    public string Reason => reason;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("database", "sqlite")];
}
