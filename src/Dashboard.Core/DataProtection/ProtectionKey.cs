namespace Dashboard.Core.DataProtection;

/// <summary>A key of ASP.NET Core's data protection, which encrypts and signs the session cookies. With the database, so that every node has it.</summary>
public sealed class ProtectionKey
{
    /// <summary>The framework's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>The framework's XML, encrypted where <c>DataProtection:WrapKey</c> is set.</summary>
    public required string Xml { get; init; }
}
