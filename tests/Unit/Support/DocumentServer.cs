using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dashboard.Core.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dashboard.Tests.Unit.Support;

/// <summary>The web server of an app that is described by a document, on this machine but under a public name and address.</summary>
sealed class DocumentServer : ClientDocumentNetwork, IAsyncDisposable
{
    public static readonly IPAddress PublicAddress = IPAddress.Parse("93.184.215.14");

    readonly X509Certificate2 certificate;
    readonly WebApplication app;
    readonly int port;

    DocumentServer(X509Certificate2 certificate, WebApplication app)
    {
        (this.certificate, this.app) = (certificate, app);
        port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    /// <summary>What the server answers.</summary>
    public RequestDelegate Answer { get; set; } = _ => Task.CompletedTask;

    /// <summary>What its name resolves to.</summary>
    public IPAddress[] Addresses { get; set; } = [PublicAddress];

    /// <summary>The addresses that were connected to.</summary>
    public List<IPAddress> Connected { get; } = [];

    /// <summary>The paths that were requested.</summary>
    public List<string> Requested { get; } = [];

    public static async Task<DocumentServer> StartAsync(CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var own = new CertificateRequest("CN=app.example.com", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(own)));
        var web = builder.Build();
        DocumentServer? server = null;
        web.Run(http =>
        {
            server!.Requested.Add(http.Request.Path);
            return server.Answer(http);
        });
        await web.StartAsync(cancellationToken);
        return server = new(own, web);
    }

    /// <summary>Answers with a document.</summary>
    public void Serve(object document, params (string Name, string Value)[] headers) => Answer = http =>
    {
        foreach (var (name, value) in headers)
        {
            http.Response.Headers[name] = value;
        }

        return http.Response.WriteAsJsonAsync(document);
    };

    public override Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        host.EndsWith(".example.com", StringComparison.Ordinal) ? Task.FromResult(Addresses) : base.ResolveAsync(host, cancellationToken);

    public override Task<Stream> ConnectAsync(IPEndPoint place, CancellationToken cancellationToken)
    {
        Connected.Add(place.Address);
        return base.ConnectAsync(new(IPAddress.Loopback, port), cancellationToken);
    }

    public override bool Trusts(SslPolicyErrors errors) => true;

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
    }
}
