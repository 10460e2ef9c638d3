using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Dashboard.Auth;

/// <summary>Starts <see cref="SessionWatch"/> for each circuit. Prerendering needs no watch: the cookie has just been validated.</summary>
sealed class SessionWatchStart(SessionWatch watch) : CircuitHandler
{
    /// <inheritdoc />
    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) => watch.BeginAsync();
}
