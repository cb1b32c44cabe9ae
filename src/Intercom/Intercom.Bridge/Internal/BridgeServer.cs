using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Intercom.Bridge.Internal;

/// <summary>
/// Kestrel on one address, HTTP/1.1, with TLS where there is a certificate. It is used without a host: a library must not
/// read the environment or take the process's signals.
/// </summary>
internal sealed class BridgeServer : IAsyncDisposable
{
    private static readonly TimeSpan _headerPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _stopPatience = TimeSpan.FromMilliseconds(300);

    private readonly KestrelServer _server;

    private BridgeServer(KestrelServer server) => _server = server;

    public int Port { get; private set; }

    /// <exception cref="BridgeException">The address may not be listened on, is in use, or cannot be listened on.</exception>
    public static async Task<BridgeServer> StartAsync(BridgeOptions options, int maxClients, RequestDelegate handler)
    {
        var address = ParseHost(options);
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxConcurrentConnections = maxClients;
        kestrel.Limits.MaxConcurrentUpgradedConnections = maxClients;
        kestrel.Limits.RequestHeadersTimeout = _headerPatience;
        kestrel.Limits.KeepAliveTimeout = _headerPatience;
        kestrel.Listen(
            address,
            options.Port,
            listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (options.Certificate is { } certificate)
                    listen.Use(next => new TlsLayer(certificate, next).RunAsync);
            }
        );
        // A request goes on where its bytes were read, and what is written leaves from where it was written: nothing here
        // blocks, and each way to another thread costs as much as the message itself.
        var transport = new SocketTransportFactory(
            Options.Create(
                new SocketTransportOptions
                {
                    UnsafePreferInlineScheduling = true,
                    // Otherwise each read is two calls of the system, one to wait and one to read: that saves an idle client's
                    // page, and there are few clients.
                    WaitForDataBeforeAllocatingBuffer = false,
                }
            ),
            NullLoggerFactory.Instance
        );
        var server = new KestrelServer(Options.Create(kestrel), transport, NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(new HandlerApplication(handler), CancellationToken.None);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            server.Dispose();
            throw ToBridgeException(error, options);
        }
        var bound = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new BridgeServer(server) { Port = new Uri(bound).Port };
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(_stopPatience);
        await _server.StopAsync(patience.Token);
        _server.Dispose();
    }

    /// <summary>
    /// Beyond this machine a token has to be encrypted, and somebody has to have said that the bridge is meant to be
    /// reached there.
    /// </summary>
    private static IPAddress ParseHost(BridgeOptions options)
    {
        var host = options.Host;
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return IPAddress.Loopback;
        if (!IPAddress.TryParse(host, out var address))
        {
            throw new BridgeException(
                BridgeErrorCode.HostNotLoopback,
                $"The bridge listens on IP addresses and localhost; '{host}' is neither. Use 127.0.0.1."
            );
        }
        if (IPAddress.IsLoopback(address))
            return address;
        if (!options.AllowRemote)
        {
            throw new BridgeException(
                BridgeErrorCode.HostNotLoopback,
                $"The bridge listens on loopback only unless told otherwise. Use 127.0.0.1 and a tunnel, or let others reach "
                    + $"{host} with --sc-bridge-allow-remote 1 and a certificate (--sc-bridge-tls-cert)."
            );
        }
        return options.Certificate is not null
            ? address
            : throw new BridgeException(
                BridgeErrorCode.TlsRequired,
                $"On {host} tokens and messages would cross the network readable by others: give the bridge a certificate "
                    + "with --sc-bridge-tls-cert, or use 127.0.0.1 and a tunnel."
            );
    }

    private static BridgeException ToBridgeException(Exception error, BridgeOptions options)
    {
        var where = $"{options.Host}:{options.Port}";
        return error.InnerException is AddressInUseException
            ? new BridgeException(
                BridgeErrorCode.AddressInUse,
                $"{where} is in use. End the other process, or choose another port (--sc-bridge-port).",
                error
            )
            : new BridgeException(
                BridgeErrorCode.AddressNotAvailable,
                $"Listening on {where} failed: {error.Message}",
                error
            );
    }
}
