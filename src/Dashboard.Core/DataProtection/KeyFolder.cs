using Dashboard.Core.Data;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.DataProtection;

/// <summary>The <c>DataProtection</c> settings.</summary>
[SettingsSection("DataProtection")]
public sealed class KeyRingOptions
{
    /// <summary>The folder for the files with the keys that protect sign-ins and chain the audit log. The default is <c>keys</c> beside the
    /// file of the embedded database.</summary>
    public string? KeyPath { get; init; }

    /// <summary>32 bytes in base64 that encrypt the stored keys that protect sign-ins. Required if these keys are stored in the
    /// database.</summary>
    [Secret]
    public string? WrapKey { get; init; }
}

/// <summary>The folder with the keys of the installation itself: those of data protection and of the audit log. An installation on a
/// database server has one only if <c>DataProtection:KeyPath</c> is set.</summary>
public sealed class KeyFolder
{
    /// <summary>The setting's key.</summary>
    public const string Setting = "DataProtection:KeyPath";

    readonly bool isSet;

    KeyFolder(string path, bool isSet) => (Path, this.isSet) = (path, isSet);

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>Returns the folder, or null if keys are stored in the database. Does not create it.</summary>
    /// <param name="contentRoot">The folder that relative paths start from.</param>
    public static KeyFolder? Find(IConfiguration configuration, string contentRoot)
    {
        if (SettingsBinder.Read<KeyRingOptions>(configuration).KeyPath is { } path)
        {
            return new(System.IO.Path.GetFullPath(path, contentRoot), isSet: true);
        }

        return DatabaseRegistration.FindSqlite(configuration, contentRoot) is { } database
            ? new(System.IO.Path.Combine(database.Folder, "keys"), isSet: false)
            : null;
    }

    /// <summary>Creates the folder if it does not exist, and verifies that files can be created in it.</summary>
    /// <exception cref="SettingException">Files cannot be created in it.</exception>
    public void Prepare()
    {
        var probe = System.IO.Path.Combine(Path, $".writable-{Environment.ProcessId}");
        try
        {
            PrivateFiles.CreateFolder(Path);
            PrivateFiles.Create(probe);
            File.Delete(probe);
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingException(
                Setting, isSet ? $"is \"{Path}\", where files cannot be created" : $"is not set, and files cannot be created in {Path}");
        }
    }
}
