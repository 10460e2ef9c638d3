using Dashboard.Core.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.DataProtection;

/// <summary>Registers ASP.NET Core data protection, whose keys encrypt and sign the cookies.</summary>
public static class Protection
{
    /// <summary>Registers data protection with its keys in files in the key folder, or in the database if there is no key folder. The keys
    /// are encrypted if <c>DataProtection:WrapKey</c> is set, which is required for keys in the database.</summary>
    /// <param name="contentRoot">The folder that relative paths start from.</param>
    /// <exception cref="SettingException">A setting is not valid or missing.</exception>
    public static IServiceCollection AddProtection(this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        // The default name is the path of the program: moving the program would sign everyone out.
        var protection = services.AddDataProtection().SetApplicationName("Latchkey");
        var wrap = ProtectionKeyWrap.Read(configuration);
        if (KeyFolder.Find(configuration, contentRoot) is { } folder)
        {
            folder.Prepare();
            protection.PersistKeysToFileSystem(new(folder.Path));
        }
        else if (wrap is not null)
        {
            protection.PersistKeysToDbContext<DashboardContext>();
        }
        else
        {
            throw new SettingException(
                ProtectionKeyWrap.Setting,
                $"is not set, and it encrypts the keys that protect sign-ins, which this Database:Provider stores in the database; it {SecretBytes.Fault}");
        }

        if (wrap is not null)
        {
            services.AddSingleton(wrap);
            services.Configure<KeyManagementOptions>(options => options.XmlEncryptor = new ProtectionKeyEncryptor(wrap));
        }

        return services;
    }

    /// <summary>Verifies that the stored keys can be decrypted. The framework would silently create new keys and so sign everyone
    /// out.</summary>
    /// <param name="services">The services of the application. The database must exist.</param>
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
                $"is not the key that encrypted the stored key {foreign.Attribute("id")?.Value}; restore the setting, or delete the stored keys, which signs everyone out");
        }
    }
}
