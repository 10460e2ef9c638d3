using Dashboard.Core.Data;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.DataProtection;

/// <summary>The settings under <c>DataProtection</c>.</summary>
[SettingsSection("DataProtection")]
public sealed class KeyRingOptions
{
    /// <summary>A folder for the files with the keys that protect sign-ins and chain the audit log; without it, <c>keys</c> beside the embedded database's file.</summary>
    public string? KeyPath { get; init; }

    /// <summary>32 bytes in base64 that encrypt the keys that protect sign-ins where they are stored. Required where they are stored in the database.</summary>
    [Secret]
    public string? WrapKey { get; init; }
}

/// <summary>The folder that holds an installation's own keys: those of data protection and of the audit log. An installation on a database server has none, unless
/// <c>DataProtection:KeyPath</c> names one.</summary>
public sealed class KeyFolder
{
    /// <summary>The setting.</summary>
    public const string Setting = "DataProtection:KeyPath";

    readonly bool isSet;

    KeyFolder(string path, bool isSet) => (Path, this.isSet) = (path, isSet);

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>Finds the folder, and creates nothing.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="contentRoot">The folder that a relative path begins in.</param>
    /// <returns>The folder, or null where keys are stored in the database.</returns>
    public static KeyFolder? Find(IConfiguration configuration, string contentRoot)
    {
        if (SettingsBinder.Read<KeyRingOptions>(configuration).KeyPath is { } path)
        {
            return new(System.IO.Path.GetFullPath(path, contentRoot), isSet: true);
        }

        return DatabaseRegistration.FindSqlite(configuration, contentRoot) is { } database ? new(System.IO.Path.Combine(database.Folder, "keys"), isSet: false) : null;
    }

    /// <summary>Creates the folder if it is missing, and makes sure that files can be written in it.</summary>
    /// <exception cref="SettingException">None can.</exception>
    public void Prepare()
    {
        var probe = System.IO.Path.Combine(Path, $".writable-{Environment.ProcessId}");
        try
        {
            PrivateFiles.CreateFolder(Path);
            PrivateFiles.Create(probe);
            File.Delete(probe);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingException(Setting, isSet ? $"is \"{Path}\", where no file can be written" : $"is not set, and no file can be written in {Path}");
        }
    }
}
