using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Dashboard.Core.OAuth;

/// <summary>What the fetching of client documents needs of the network.</summary>
public class ClientDocumentNetwork
{
    /// <summary>Returns the addresses of a host.</summary>
    public virtual Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        Dns.GetHostAddressesAsync(host, cancellationToken);

    /// <summary>Connects to a public address.</summary>
    public virtual async Task<Stream> ConnectAsync(IPEndPoint place, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(place, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Returns whether the certificate of a host is good.</summary>
    public virtual bool Trusts(SslPolicyErrors errors) => errors == SslPolicyErrors.None;
}
