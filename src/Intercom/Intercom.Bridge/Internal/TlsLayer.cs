using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;

namespace Intercom.Bridge.Internal;

/// <summary>
/// TLS between a connection and HTTP. Kestrel's own needs the services of a host; this needs a certificate.
/// </summary>
internal sealed class TlsLayer(BridgeCertificate certificate, ConnectionDelegate next)
{
    private static readonly TimeSpan _handshakePatience = TimeSpan.FromSeconds(5);

    public async Task RunAsync(ConnectionContext connection)
    {
        var transport = connection.Transport;
        await using var tls = new SslStream(new PipeStream(transport), leaveInnerStreamOpen: true);
        if (!await TryGreetAsync(tls, connection))
        {
            connection.Abort();
            return;
        }
        var plain = new Duplex(
            PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true)),
            PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true))
        );
        connection.Transport = plain;
        try
        {
            await next(connection);
        }
        finally
        {
            await plain.Input.CompleteAsync();
            await plain.Output.CompleteAsync();
            connection.Transport = transport;
        }
    }

    private async Task<bool> TryGreetAsync(SslStream tls, ConnectionContext connection)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(_handshakePatience);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate.Context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        try
        {
            await tls.AuthenticateAsServerAsync(options, patience.Token);
            return true;
        }
        catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
