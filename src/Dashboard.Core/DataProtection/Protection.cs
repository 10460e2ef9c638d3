using Dashboard.Core.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.DataProtection;

/// <summary>Where the keys lie that encrypt and sign cookies, and what opens them.</summary>
public static class Protection
{
    /// <summary>Registers data protection with its keys in files in the folder of keys, or in the database where there is no such folder. They are encrypted where
    /// <c>DataProtection:WrapKey</c> is set, which the database requires.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="contentRoot">The folder that a relative path begins in.</param>
    /// <exception cref="SettingException">A setting cannot be used, or is missing.</exception>
    public static IServiceCollection AddProtection(this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        // By default it is the path of the program, so that a program that moves would forget everybody.
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
                ProtectionKeyWrap.Setting, $"is not set; with this Database:Provider the keys that protect sign-ins are stored in the database, encrypted with it: it {SecretBytes.Fault}");
        }

        if (wrap is not null)
        {
            services.AddSingleton(wrap);
            services.Configure<KeyManagementOptions>(options => options.XmlEncryptor = new ProtectionKeyEncryptor(wrap));
        }

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
}
