using System.Net;

namespace Hyper.Loop.Tests;

public class UdpAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:49737", true)]
    [InlineData("[::1]:1", true)]
    [InlineData("[2001:db8::5]:65535", true)]
    [InlineData("0.0.0.0:0", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1:80", false)]
    [InlineData("127.0.0.1:65536", false)]
    [InlineData("127.0.0.1:-1", false)]
    [InlineData("host:80", false)]
    [InlineData(":80", false)]
    [InlineData("", false)]
    public void TryParse_text_is_read_or_refused(string text, bool isValid)
    {
        Assert.Equal(isValid, UdpAddress.TryParse(text, out var address));
        if (isValid)
            Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void Equals_mapped_and_plain_IPv4_are_one_address()
    {
        var plain = new UdpAddress(0x7F00_0001, 80);
        var mapped = new UdpAddress(IPAddress.Parse("::ffff:127.0.0.1"), 80);
        Assert.Equal(plain, mapped);
        Assert.Equal(plain.GetHashCode(), mapped.GetHashCode());
        Assert.True(mapped.IsIPv4);
        Assert.NotEqual(plain, plain.WithPort(81));
        Assert.True(plain.HasSameHost(plain.WithPort(81)));
    }
}
