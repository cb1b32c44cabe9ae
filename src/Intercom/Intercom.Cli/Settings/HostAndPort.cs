using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hyper.Loop;

namespace Intercom.Cli.Settings;

/// <summary>A host, by address or name, and a port.</summary>
internal static class HostAndPort
{
    public static bool IsValid(string text) => TrySplit(text, out _, out _);

    /// <summary>The IPv4 address behind <paramref name="text"/>; asks the name service for a name.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static async Task<UdpAddress> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        if (!TrySplit(text, out var host, out var port))
            throw new CommandException(ExitCode.Usage, $"'{text}' is not host:port.");
        if (IPAddress.TryParse(host, out var address))
            return new UdpAddress(address, port);
        try
        {
            var found = await Dns.GetHostAddressesAsync(host, AddressFamily.InterNetwork, cancellationToken);
            if (found.Length > 0)
                return new UdpAddress(found[0], port);
        }
        catch (SocketException error)
        {
            throw new CommandException(ExitCode.Failed, $"The host '{host}' was not found: {error.Message}.");
        }
        throw new CommandException(
            ExitCode.Failed,
            $"The host '{host}' has no IPv4 address; the DHT speaks IPv4 only."
        );
    }

    private static bool TrySplit(string text, out string host, out ushort port)
    {
        var colon = text.LastIndexOf(':');
        host = colon > 0 ? text[..colon] : "";
        port = 0;
        return colon > 0
            && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4
            && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port != 0;
    }
}
