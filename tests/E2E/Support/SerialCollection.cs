using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Tests that hold the product to a time run when no other does, or they would measure those.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class SerialCollection;
