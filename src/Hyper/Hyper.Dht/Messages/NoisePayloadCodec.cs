using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Messages;

/// <summary>
/// Source: hyperdht 6.27.0, lib/messages.js (<c>noisePayload</c>). Fields follow in the order of their flags; bytes
/// behind the last known field are left unread, which is how the format grows.
/// </summary>
internal static class NoisePayloadCodec
{
    private const uint HasHolepunch = 1;
    private const uint HasAddresses4 = 2;
    private const uint HasAddresses6 = 4;
    private const uint HasUdx = 8;
    private const uint HasSecretStream = 16;
    private const uint HasRelayThrough = 32;
    private const uint HasRelayAddresses = 64;
    private const uint ReusableSocket = 1;
    private const int RelayInfoBytes = 2 * AddressCodec.Size4;

    public static int GetSize(NoisePayload payload)
    {
        var size =
            CompactEncoding.SizeOfUInt(payload.Version)
            + 1
            + CompactEncoding.SizeOfUInt((uint)payload.Error)
            + CompactEncoding.SizeOfUInt((uint)payload.Firewall);
        if (payload.Holepunch is { } holepunch)
        {
            size += CompactEncoding.SizeOfUInt(holepunch.Id);
            size +=
                CompactEncoding.SizeOfUInt((ulong)holepunch.Relays.Length) + holepunch.Relays.Length * RelayInfoBytes;
        }
        if (payload.Addresses4.Length > 0)
            size += AddressCodec.GetArraySize4(payload.Addresses4);
        if (payload.Addresses6.Length > 0)
            size += AddressCodec.GetArraySize6(payload.Addresses6);
        if (payload.Udx is { } udx)
            size +=
                CompactEncoding.SizeOfUInt(udx.Version)
                + 1
                + CompactEncoding.SizeOfUInt(udx.Id)
                + CompactEncoding.SizeOfUInt(udx.Seq);
        if (payload.SecretStream is { } secretStream)
            size += CompactEncoding.SizeOfUInt(secretStream.Version);
        if (payload.RelayThrough is { } relayThrough)
            size += CompactEncoding.SizeOfUInt(relayThrough.Version) + 1 + 2 * Bytes32.Length;
        if (payload.RelayAddresses is { } relayAddresses)
            size += AddressCodec.GetArraySize4(relayAddresses);
        return size;
    }

    public static void Write(ref CompactWriter writer, NoisePayload payload)
    {
        writer.WriteUInt(payload.Version);
        writer.WriteUInt(GetFlags(payload));
        writer.WriteUInt((uint)payload.Error);
        writer.WriteUInt((uint)payload.Firewall);
        if (payload.Holepunch is { } holepunch)
            WriteHolepunch(ref writer, holepunch);
        if (payload.Addresses4.Length > 0)
            AddressCodec.WriteArray4(ref writer, payload.Addresses4);
        if (payload.Addresses6.Length > 0)
            AddressCodec.WriteArray6(ref writer, payload.Addresses6);
        if (payload.Udx is { } udx)
        {
            writer.WriteUInt(udx.Version);
            writer.WriteUInt(udx.ReusableSocket ? ReusableSocket : 0);
            writer.WriteUInt(udx.Id);
            writer.WriteUInt(udx.Seq);
        }
        if (payload.SecretStream is { } secretStream)
            writer.WriteUInt(secretStream.Version);
        if (payload.RelayThrough is { } relayThrough)
        {
            writer.WriteUInt(relayThrough.Version);
            writer.WriteUInt(0);
            writer.WriteFixed32(relayThrough.PublicKey);
            writer.WriteFixed32(relayThrough.Token);
        }
        if (payload.RelayAddresses is { } relayAddresses)
            AddressCodec.WriteArray4(ref writer, relayAddresses);
    }

    public static byte[] Encode(NoisePayload payload)
    {
        var bytes = new byte[GetSize(payload)];
        var writer = new CompactWriter(bytes);
        Write(ref writer, payload);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out NoisePayload payload)
    {
        payload = new NoisePayload();
        var reader = new CompactReader(bytes);
        if (!reader.TryReadUInt(uint.MaxValue, out var version))
            return false;
        if (version != NoisePayload.CurrentVersion)
        {
            payload = payload with { Version = version };
            return true;
        }
        if (
            !reader.TryReadUInt(out var flags)
            || !reader.TryReadUInt(uint.MaxValue, out var error)
            || !reader.TryReadUInt(out var firewall)
            || !TryReadHolepunch(ref reader, (flags & HasHolepunch) != 0, out var holepunch)
            || !TryReadArray(ref reader, (flags & HasAddresses4) != 0, out var addresses4)
        )
            return false;
        UdpAddress[] addresses6 = [];
        if (
            ((flags & HasAddresses6) != 0 && !AddressCodec.TryReadArray6(ref reader, out addresses6))
            || !TryReadUdx(ref reader, (flags & HasUdx) != 0, out var udx)
            || !TryReadSecretStream(ref reader, (flags & HasSecretStream) != 0, out var secretStream)
            || !TryReadRelayThrough(ref reader, (flags & HasRelayThrough) != 0, out var relayThrough)
            || !TryReadArray(ref reader, (flags & HasRelayAddresses) != 0, out var relayAddresses)
        )
            return false;
        payload = new NoisePayload
        {
            Error = (HandshakeError)error,
            Firewall = FirewallKinds.FromWire(firewall),
            Holepunch = holepunch,
            Addresses4 = addresses4 ?? [],
            Addresses6 = addresses6,
            Udx = udx,
            SecretStream = secretStream,
            RelayThrough = relayThrough,
            RelayAddresses = relayAddresses,
        };
        return true;
    }

    private static uint GetFlags(NoisePayload payload) =>
        (payload.Holepunch is null ? 0 : HasHolepunch)
        | (payload.Addresses4.Length == 0 ? 0 : HasAddresses4)
        | (payload.Addresses6.Length == 0 ? 0 : HasAddresses6)
        | (payload.Udx is null ? 0 : HasUdx)
        | (payload.SecretStream is null ? 0 : HasSecretStream)
        | (payload.RelayThrough is null ? 0 : HasRelayThrough)
        | (payload.RelayAddresses is null ? 0 : HasRelayAddresses);

    private static void WriteHolepunch(ref CompactWriter writer, HolepunchInfo holepunch)
    {
        writer.WriteUInt(holepunch.Id);
        writer.WriteUInt((ulong)holepunch.Relays.Length);
        foreach (var relay in holepunch.Relays)
        {
            Addr6Codec.Write(ref writer, relay.RelayAddress);
            Addr6Codec.Write(ref writer, relay.PeerAddress);
        }
    }

    private static bool TryReadHolepunch(ref CompactReader reader, bool present, out HolepunchInfo? holepunch)
    {
        holepunch = null;
        if (!present)
            return true;
        if (
            !reader.TryReadUInt(uint.MaxValue, out var id)
            || !AddressCodec.TryReadCount(ref reader, RelayInfoBytes, out var count)
        )
            return false;
        var relays = count == 0 ? [] : new RelayInfo[count];
        for (var i = 0; i < count; i++)
        {
            Addr6Codec.TryRead(ref reader, out var relay);
            Addr6Codec.TryRead(ref reader, out var peer);
            relays[i] = new RelayInfo(relay, peer);
        }
        holepunch = new HolepunchInfo(id, relays);
        return true;
    }

    private static bool TryReadArray(ref CompactReader reader, bool present, out UdpAddress[]? addresses)
    {
        addresses = null;
        return !present || AddressCodec.TryReadArray4(ref reader, out addresses);
    }

    private static bool TryReadUdx(ref CompactReader reader, bool present, out UdxInfo? udx)
    {
        udx = null;
        if (!present)
            return true;
        if (
            !reader.TryReadUInt(uint.MaxValue, out var version)
            || !reader.TryReadUInt(out var features)
            || !reader.TryReadUInt(uint.MaxValue, out var id)
            || !reader.TryReadUInt(uint.MaxValue, out var seq)
        )
            return false;
        udx = new UdxInfo(id, seq, (features & ReusableSocket) != 0, version);
        return true;
    }

    private static bool TryReadSecretStream(ref CompactReader reader, bool present, out SecretStreamInfo? info)
    {
        info = null;
        if (!present)
            return true;
        if (!reader.TryReadUInt(uint.MaxValue, out var version))
            return false;
        info = new SecretStreamInfo(version);
        return true;
    }

    private static bool TryReadRelayThrough(ref CompactReader reader, bool present, out RelayThroughInfo? info)
    {
        info = null;
        if (!present)
            return true;
        if (
            !reader.TryReadUInt(uint.MaxValue, out var version)
            || !reader.TryReadUInt(out _)
            || !reader.TryReadFixed32(out var publicKey)
            || !reader.TryReadFixed32(out var token)
        )
            return false;
        info = new RelayThroughInfo(publicKey, token, version);
        return true;
    }
}
