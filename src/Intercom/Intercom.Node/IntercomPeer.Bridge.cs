using System.Net;
using Intercom.Bridge;
using Intercom.Node.Internal;
using Intercom.Node.Store;
using Microsoft.Extensions.Logging;

namespace Intercom.Node;

public sealed partial class IntercomPeer
{
    /// <summary>Ports tried above a taken one.</summary>
    private const int NextPorts = 100;

    /// <summary>Where the bridge listens, or null when there is none.</summary>
    public string? BridgeUrl => _parts.Bridge is { } bridge ? UrlOf(Options.Bridge!, bridge) : null;

    private static async Task OpenBridgeAsync(PeerParts parts, BridgeOptions options)
    {
        parts.BridgeToken = BridgeToken.Prepare(parts.Store, parts.Options.BridgeToken);
        var logger = parts.Options.LoggerFactory.CreateLogger<IntercomPeer>();
        parts.Audit = new AuditFile(parts.Store, logger.LogAuditFailed);
        options = options with
        {
            Token = parts.BridgeToken,
            Audit = parts.Audit,
            Terminal = parts.Options.BridgeRunsCommands ? parts.Terminal : null,
            Logger = parts.Options.LoggerFactory.CreateLogger<ScBridge>(),
        };
        var wallet = parts.Wallet!;
        var node = new SidechannelBridgeNode(
            parts.Sidechannels!,
            parts.Options.Sidechannels,
            wallet.Address.Text,
            PeerInfoObject.Create(parts, wallet)
        );
        for (var tries = 0; ; tries++)
        {
            try
            {
                parts.Bridge = await ScBridge.StartAsync(node, options);
                break;
            }
            catch (BridgeException error)
                when (error.Code == BridgeErrorCode.AddressInUse
                    && parts.Options.BridgeTakesNextPort
                    && tries < NextPorts
                )
            {
                options = options with { Port = options.Port + 1 };
            }
        }
        parts.Credentials = new CredentialWatch(parts.Store, parts.Bridge, logger, options.Time);
        var file = new BridgeFile(LocalUrlOf(options, parts.Bridge), Environment.ProcessId, wallet.PublicKey.ToHex())
        {
            CertificateHash = options.Certificate?.Sha256,
        };
        file.Write(parts.Store);
    }

    private static string UrlOf(BridgeOptions options, ScBridge bridge) => UrlOf(options, options.Host, bridge.Port);

    /// <summary>Where the commands of this machine reach it: all addresses are none to connect to.</summary>
    private static string LocalUrlOf(BridgeOptions options, ScBridge bridge)
    {
        var isAny =
            IPAddress.TryParse(options.Host, out var address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
        return UrlOf(options, isAny ? IPAddress.Loopback.ToString() : options.Host, bridge.Port);
    }

    private static string UrlOf(BridgeOptions options, string host, int port) =>
        $"{(options.Certificate is null ? "ws" : "wss")}://{(host.Contains(':') ? $"[{host}]" : host)}:{port}";
}
