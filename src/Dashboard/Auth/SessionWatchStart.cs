using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Dashboard.Auth;

/// <summary>Sets <see cref="SessionWatch"/> going for each page that opens a circuit; what is only prerendered has just been asked for by its cookie.</summary>
sealed class SessionWatchStart(SessionWatch watch) : CircuitHandler
{
    /// <inheritdoc />
    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) => watch.BeginAsync();
}
