using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Microsoft.AspNetCore.Http;

namespace Dashboard.Tests.Unit.Support;

/// <summary>Creates credentials as a request presents them.</summary>
static class PresentedKeys
{
    public static PresentedCredential Key(IssuedKey key) => Key(key.Secret.Reveal());

    public static PresentedCredential Key(string raw) =>
        CredentialReader.Read(new HeaderDictionary { ["X-API-Key"] = raw }, acceptBearer: true);
}
