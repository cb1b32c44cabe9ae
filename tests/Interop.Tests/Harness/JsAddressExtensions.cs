using System.Net;
using Hyper.Loop;

namespace Interop.Tests.Harness;

internal static class JsAddressExtensions
{
    public static UdpAddress ToUdp(this JsAddress address) => new(IPAddress.Parse(address.Host), address.Port);

    public static JsAddress ToJs(this UdpAddress address) => new(address.HostText, address.Port);
}
