using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.DataProtection;

/// <summary>Where the keys lie that encrypt and sign cookies, and what opens them.</summary>
public static class Protection
{
    const string PathSetting = "DataProtection:KeyPath";

    /// <summary>Registers data protection with its keys in the database, or in the files under <c>DataProtection:KeyPath</c>, encrypted where
    /// <c>DataProtection:WrapKey</c> is set.</summary>
    /// <param name="contentRoot">The folder that a relative path begins in.</param>
    /// <exception cref="SettingException">A setting cannot be used.</exception>
    public static IServiceCollection AddProtection(this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        // By default it is the path of the program, so that a program that moves would forget everybody.
        services.AddDataProtection().SetApplicationName("Latchkey");
        var wrap = ProtectionKeyWrap.Read(configuration);
        if (wrap is not null)
        {
            services.AddSingleton(wrap);
        }

        IXmlRepository? files = configuration[PathSetting] is { Length: > 0 } path ? Files(path, contentRoot) : null;
        services.AddOptions<KeyManagementOptions>().Configure<IServiceProvider>((options, provider) =>
        {
            options.XmlRepository = files ?? ActivatorUtilities.CreateInstance<ProtectionKeyRepository>(provider);
            options.XmlEncryptor = wrap is null ? null : new ProtectionKeyEncryptor(wrap);
        });
        return services;
    }

    /// <summary>Makes sure that what is stored can be opened. The framework would make new keys in its place, and so sign everybody out without a word.</summary>
    /// <param name="services">The application's services; the database has to be there.</param>
    /// <exception cref="SettingException">A stored key was encrypted with another <c>DataProtection:WrapKey</c>.</exception>
    public static void CheckProtectionKeys(this IServiceProvider services)
    {
        var wrap = services.GetService<ProtectionKeyWrap>();
        var stored = services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!.GetAllElements();
        var foreign = stored.FirstOrDefault(key => key.Descendants(ProtectionKeyEncryptor.Element)
            .Any(wrapped => wrapped.Attribute(ProtectionKeyEncryptor.By)?.Value != wrap?.Id));
        if (foreign is not null)
        {
            throw new SettingException(
                ProtectionKeyWrap.Setting,
                $"is not what the stored key {foreign.Attribute("id")?.Value} was encrypted with; set it as it was, or delete the stored keys, which signs everybody out");
        }
    }

    /// <summary>Whether a key is stored as it is, since <c>DataProtection:WrapKey</c> is not set, or was not when the key came.</summary>
    /// <param name="services">The application's services; the database has to be there.</param>
    public static bool HasPlainKeys(IServiceProvider services) => services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!
        .GetAllElements().Any(stored => stored.Name == "key" && !stored.Descendants(ProtectionKeyEncryptor.Element).Any());

    static FileSystemXmlRepository Files(string path, string contentRoot)
    {
        try
        {
            var folder = Directory.CreateDirectory(Path.GetFullPath(path, contentRoot));
            File.WriteAllBytes(Path.Combine(folder.FullName, ".writable"), []);
            File.Delete(Path.Combine(folder.FullName, ".writable"));
            return new(folder, NullLoggerFactory.Instance);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingException(PathSetting, $"is \"{path}\", where no file can be written");
        }
    }
}
