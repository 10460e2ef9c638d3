using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.DataProtection;

/// <summary>The key that the keys of data protection are encrypted with where they lie, <c>DataProtection:WrapKey</c>: AES-256-GCM (NIST SP
/// 800-38D) with a fresh nonce for each. It is in the settings and they are in the database or in files, so that a copy of the one opens no
/// session.</summary>
public sealed class ProtectionKeyWrap
{
    /// <summary>The setting.</summary>
    public const string Setting = "DataProtection:WrapKey";

    const int NonceBytes = 12;
    const int TagBytes = 16;
    const int IdBytes = 8;

    readonly byte[] key;

    ProtectionKeyWrap(byte[] key)
    {
        this.key = key;
        Id = Convert.ToHexStringLower(SHA256.HashData([.. "latchkey wrap key"u8, .. key]).AsSpan(0, IdBytes));
    }

    /// <summary>Says which wrap key it is and nothing about it: the beginning of a hash of 256 random bits.</summary>
    public string Id { get; }

    /// <summary>Reads the setting.</summary>
    /// <returns>The wrap key, or null where none is set.</returns>
    /// <exception cref="SettingException">It is not 32 bytes in base64.</exception>
    public static ProtectionKeyWrap? Read(IConfiguration configuration) =>
        SettingsBinder.Read<KeyRingOptions>(configuration).WrapKey is { } text
            ? new(SecretBytes.TryParse(text) ?? throw new SettingException(Setting, SecretBytes.Fault))
            : null;

    /// <summary>Encrypts: nonce, cipher text, tag.</summary>
    /// <param name="plain">What is to be kept secret.</param>
    public byte[] Encrypt(ReadOnlySpan<byte> plain)
    {
        var wrapped = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = wrapped.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, wrapped.AsSpan(NonceBytes, plain.Length), wrapped.AsSpan(NonceBytes + plain.Length),
            Encoding.ASCII.GetBytes(Id));
        return wrapped;
    }

    /// <summary>Decrypts what <see cref="Encrypt"/> made.</summary>
    /// <param name="wrapped">Nonce, cipher text, tag.</param>
    /// <exception cref="CryptographicException">Another key made it, or it was altered.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < NonceBytes + TagBytes)
        {
            throw new CryptographicException("What is stored is too short to be a wrapped key.");
        }

        var plain = new byte[wrapped.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(wrapped[..NonceBytes], wrapped[NonceBytes..^TagBytes], wrapped[^TagBytes..], plain, Encoding.ASCII.GetBytes(Id));
        return plain;
    }
}

/// <summary>Wraps a key of data protection before it is stored.</summary>
public sealed class ProtectionKeyEncryptor(ProtectionKeyWrap wrap) : IXmlEncryptor
{
    /// <summary>The element that stands for a wrapped one.</summary>
    public static readonly XName Element = "wrapped";

    /// <summary>The attribute that says by which wrap key.</summary>
    public static readonly XName By = "by";

    /// <inheritdoc />
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var wrapped = Convert.ToBase64String(wrap.Encrypt(plain));
        CryptographicOperations.ZeroMemory(plain);
        return new(new XElement(Element, new XAttribute(By, wrap.Id), wrapped), typeof(ProtectionKeyDecryptor));
    }
}

/// <summary>Unwraps a stored key of data protection. The framework makes it, by the name that stands beside the key.</summary>
public sealed class ProtectionKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    /// <inheritdoc />
    public XElement Decrypt(XElement encryptedElement)
    {
        var wrap = services.GetService<ProtectionKeyWrap>();
        if (wrap is null || encryptedElement.Attribute(ProtectionKeyEncryptor.By)?.Value != wrap.Id)
        {
            throw new CryptographicException($"{ProtectionKeyWrap.Setting} is not what this key was wrapped with.");
        }

        return XElement.Parse(Encoding.UTF8.GetString(wrap.Decrypt(Convert.FromBase64String(encryptedElement.Value))));
    }
}
