using System.Net;
using Hyper.Loop;

namespace TestKit.Partners;

public static class PartnerAddressExtensions
{
    public static UdpAddress ToUdp(this PartnerAddress address) => new(IPAddress.Parse(address.Host), address.Port);

    public static PartnerAddress ToJs(this UdpAddress address) => new(address.HostText, address.Port);
}
