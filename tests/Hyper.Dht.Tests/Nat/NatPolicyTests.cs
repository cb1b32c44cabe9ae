using System.Net;
using System.Text.Json;
using Hyper.Dht.Internal.Nat;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Nat;

public sealed class NatPolicyTests
{
    [Fact]
    public void SocketNat_vectors_give_the_verdict_after_each_sample()
    {
        var checkedVectors = 0;
        foreach (var vector in Vectors("nat-firewall/"))
        {
            var nat = new SocketNat(isFirewalled: true);
            var samples = vector.GetProperty("input").EnumerateArray().ToArray();
            var trace = vector.GetProperty("trace").EnumerateArray().ToArray();
            for (var i = 0; i < samples.Length; i++)
            {
                nat.Add(
                    Address(samples[i][0].GetString()!, samples[i][1].GetUInt16()),
                    Address("9.9.9.9", (ushort)(i + 1))
                );
                Assert.Equal(trace[i].UInt("firewall"), (uint)nat.Firewall);
                var expected = trace[i].Optional("addresses") is { } list
                    ? list.EnumerateArray().Select(text => text.GetString()).ToArray()
                    : null;
                Assert.Equal(expected, nat.Addresses?.Select(address => address.ToString()).ToArray());
            }
            checkedVectors++;
        }
        Assert.True(checkedVectors >= 6);
    }

    [Fact]
    public void SocketNat_open_node_reports_its_addresses()
    {
        var nat = new SocketNat(isFirewalled: false);
        Assert.Equal(FirewallKind.Open, nat.Firewall);
        nat.Add(Address("1.1.1.1", 5), Address("9.9.9.9", 1));
        Assert.Equal([Address("1.1.1.1", 5)], nat.Addresses!);
    }

    [Fact]
    public void SocketNat_same_source_counts_once_and_frozen_verdict_stays()
    {
        var nat = new SocketNat(isFirewalled: true);
        for (var i = 0; i < 5; i++)
            nat.Add(Address("1.1.1.1", 5), Address("9.9.9.9", 1));
        Assert.Equal(FirewallKind.Unknown, nat.Firewall);
        nat.Add(Address("1.1.1.1", 5), Address("9.9.9.9", 2));
        nat.IsFrozen = true;
        nat.Add(Address("1.1.1.1", 5), Address("9.9.9.9", 3));
        Assert.Equal(FirewallKind.Unknown, nat.Firewall);
    }

    [Fact]
    public void AddressKind_vectors_are_classified()
    {
        foreach (var vector in Vectors("bogon/"))
        {
            var address = Address(vector.GetProperty("id").GetString()!["bogon/".Length..], 1);
            var result = vector.GetProperty("result");
            Assert.Equal(result.Flag("private"), AddressKind.IsPrivate(address));
            Assert.Equal(result.Flag("reserved"), AddressKind.IsReserved(address));
            Assert.Equal(result.Flag("bogon"), AddressKind.IsBogon(address));
        }
    }

    [Fact]
    public void LanMatch_vectors_choose_the_nearest()
    {
        foreach (var vector in Vectors("matchAddress/"))
        {
            var input = vector.GetProperty("input");
            var chosen = LanMatch.Find(Addresses(input.GetProperty("mine")), Addresses(input.GetProperty("theirs")));
            Assert.Equal(vector.Optional("result")?.GetString(), chosen?.HostText);
        }
    }

    private static IEnumerable<JsonElement> Vectors(string prefix)
    {
        foreach (var vector in VectorFile.Load("policy.json").GetProperty("vectors").EnumerateArray())
        {
            if (vector.GetProperty("id").GetString()!.StartsWith(prefix, StringComparison.Ordinal))
                yield return vector;
        }
    }

    private static UdpAddress[] Addresses(JsonElement list) =>
        [.. list.EnumerateArray().Select(host => Address(host.GetString()!, 1))];

    private static UdpAddress Address(string host, ushort port) => new(IPAddress.Parse(host), port);
}
