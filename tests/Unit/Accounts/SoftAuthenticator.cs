using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Accounts;

namespace Dashboard.Tests.Unit.Accounts;

/// <summary>An authenticator in memory with one passkey (WebAuthn Level 3, sections 6.1 and 6.5).</summary>
sealed class SoftAuthenticator : IDisposable
{
    const byte Present = 1, Verified = 4, BackupEligible = 8, BackedUp = 16, HasCredential = 64;

    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly byte[] id = RandomNumberGenerator.GetBytes(32);

    public string Origin { get; set; } = "http://localhost:5000";

    public string Host { get; set; } = "localhost";

    public uint SignCount { get; set; }

    public bool IsSynced { get; init; }

    public bool VerifiesUser { get; set; } = true;

    public string UserHandle { get; set; } = "";

    public void Dispose() => key.Dispose();

    /// <summary>Answers a request for a new passkey.</summary>
    public string Create(PasskeyChallenge challenge)
    {
        using var options = JsonDocument.Parse(challenge.Options);
        UserHandle = options.RootElement.GetProperty("user").GetProperty("id").GetString()!;
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32, .. point.X!, 0x22, 0x58, 32, .. point.Y!];
        byte[] data = [.. AuthenticatorData(HasCredential), .. new byte[16], 0, (byte)id.Length, .. id, .. cose];
        byte[] attestation =
            [0xA3, .. Text("fmt"), .. Text("none"), .. Text("attStmt"), 0xA0, .. Text("authData"), 0x59, .. Short(data.Length), .. data];
        return Answer(
            new
            {
                clientDataJSON = Encode(ClientData("webauthn.create", options)),
                attestationObject = Encode(attestation),
                transports = new[] { "internal" }
            });
    }

    /// <summary>Answers a request for a passkey.</summary>
    public string Get(PasskeyChallenge challenge)
    {
        using var options = JsonDocument.Parse(challenge.Options);
        SignCount += SignCount > 0 ? 1u : 0;
        var (data, client) = (AuthenticatorData(0), ClientData("webauthn.get", options));
        var signature =
            key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Answer(
            new
            {
                clientDataJSON = Encode(client),
                authenticatorData = Encode(data),
                signature = Encode(signature),
                userHandle = UserHandle
            });
    }

    byte[] AuthenticatorData(byte flags)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, SignCount);
        var all = (byte)(flags | Present | (VerifiesUser ? Verified : 0) | (IsSynced ? BackupEligible | BackedUp : 0));
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(Host)), all, .. count];
    }

    byte[] ClientData(string type, JsonDocument options) => JsonSerializer.SerializeToUtf8Bytes(
        new { type, challenge = options.RootElement.GetProperty("challenge").GetString(), origin = Origin, crossOrigin = false });

    string Answer(object response) => JsonSerializer.Serialize(
        new { id = Encode(id), rawId = Encode(id), type = "public-key", clientExtensionResults = new { }, response });

    static byte[] Text(string text) => [(byte)(0x60 + text.Length), .. Encoding.ASCII.GetBytes(text)];

    static byte[] Short(int number) => [(byte)(number >> 8), (byte)number];

    static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
