using System.Text.Json;
using Hyper.Dht.Messages;

namespace Hyper.Dht.Tests.Messages;

/// <summary>Every encoding that hyperdht 6.27.0 made, as (encoding, value, bytes), from both vector files.</summary>
internal static class MessageVectors
{
    public static IEnumerable<(string Encoding, JsonElement Value, byte[] Bytes)> All()
    {
        foreach (var vector in VectorFile.Load("hyperdht-messages.json").GetProperty("vectors").EnumerateArray())
            yield return (
                vector.GetProperty("encoding").GetString()!,
                vector.Optional("decoded") ?? vector.GetProperty("input"),
                vector.GetProperty("hex").Hex()
            );
        var second = VectorFile.Load("hyperdht-messages-2.json").GetProperty("vectors").GetProperty("encodings");
        foreach (var vector in second.EnumerateArray())
            yield return (
                vector.GetProperty("message").GetString()!,
                vector.GetProperty("value"),
                vector.GetProperty("hex").Hex()
            );
    }

    /// <summary>Runs the decoder of an encoding; the answer is whether it accepted.</summary>
    public static bool TryDecode(string encoding, ReadOnlySpan<byte> bytes) =>
        encoding switch
        {
            "handshake" => PeerHandshakeCodec.TryRead(bytes, out _),
            "holepunch" => PeerHolepunchCodec.TryRead(bytes, out _),
            "noisePayload" => NoisePayloadCodec.TryRead(bytes, out _),
            "holepunchPayload" => HolepunchPayloadCodec.TryRead(bytes, out _),
            "peer" => PeerRecordCodec.TryRead(bytes, out _),
            "lookupRawReply" or "peers" => LookupReplyCodec.TryRead(bytes, out _),
            "announce" => AnnounceCodec.TryRead(bytes, out _),
            "mutablePutRequest" => MutableCodec.TryReadPut(bytes, out _),
            "mutableGetResponse" => MutableCodec.TryRead(bytes, out _),
            "mutableSignable" => true,
            _ => throw new InvalidOperationException($"No decoder for {encoding}."),
        };

    public static NoisePayload NoisePayload(JsonElement value) =>
        new()
        {
            Version = value.Optional("version")?.GetUInt32() ?? 1,
            Error = (HandshakeError)value.UInt("error"),
            Firewall = (FirewallKind)value.UInt("firewall"),
            Holepunch = value.Optional("holepunch") is { } holepunch
                ? new HolepunchInfo(
                    holepunch.UInt("id"),
                    [
                        .. holepunch
                            .GetProperty("relays")
                            .EnumerateArray()
                            .Select(relay => new RelayInfo(
                                relay.GetProperty("relayAddress").Address(),
                                relay.GetProperty("peerAddress").Address()
                            )),
                    ]
                )
                : null,
            Addresses4 = value.OptionalAddresses("addresses4") ?? [],
            Addresses6 = value.OptionalAddresses("addresses6") ?? [],
            Udx = value.Optional("udx") is { } udx
                ? new UdxInfo(udx.UInt("id"), udx.UInt("seq"), udx.Flag("reusableSocket"))
                : null,
            SecretStream = value.Optional("secretStream") is not null ? new SecretStreamInfo() : null,
            RelayThrough = value.Optional("relayThrough") is { } through
                ? new RelayThroughInfo(through.GetProperty("publicKey").Hex32(), through.GetProperty("token").Hex32())
                : null,
            RelayAddresses = value.OptionalAddresses("relayAddresses"),
        };

    public static HolepunchPayload HolepunchPayload(JsonElement value) =>
        new()
        {
            Error = (HandshakeError)value.UInt("error"),
            Firewall = (FirewallKind)value.UInt("firewall"),
            Round = value.UInt("round"),
            Connected = value.Flag("connected"),
            Punching = value.Flag("punching"),
            Addresses = value.OptionalAddresses("addresses"),
            RemoteAddress = value.OptionalAddress("remoteAddress"),
            Token = value.Optional("token")?.Hex32(),
            RemoteToken = value.Optional("remoteToken")?.Hex32(),
        };

    public static DhtPeer Peer(JsonElement value) =>
        new(value.GetProperty("publicKey").Hex32(), value.OptionalAddresses("relayAddresses"));
}
