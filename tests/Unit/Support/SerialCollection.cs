using Xunit;

namespace Dashboard.Tests.Unit.Support;

/// <summary>Runs timing tests while no other test runs.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class SerialCollection;
