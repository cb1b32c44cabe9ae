using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Messages;

/// <summary>Source: hyperdht 6.27.0, lib/messages.js (<c>holepunchPayload</c>).</summary>
internal static class HolepunchPayloadCodec
{
    private const uint Connected = 1;
    private const uint Punching = 2;
    private const uint HasAddresses = 4;
    private const uint HasRemoteAddress = 8;
    private const uint HasToken = 16;
    private const uint HasRemoteToken = 32;

    public static int GetSize(HolepunchPayload payload) =>
        1
        + CompactEncoding.SizeOfUInt((uint)payload.Error)
        + CompactEncoding.SizeOfUInt((uint)payload.Firewall)
        + CompactEncoding.SizeOfUInt(payload.Round)
        + (payload.Addresses is { } addresses ? AddressCodec.GetArraySize4(addresses) : 0)
        + (payload.RemoteAddress.HasValue ? AddressCodec.Size4 : 0)
        + (payload.Token.HasValue ? Bytes32.Length : 0)
        + (payload.RemoteToken.HasValue ? Bytes32.Length : 0);

    public static void Write(ref CompactWriter writer, HolepunchPayload payload)
    {
        writer.WriteUInt(
            (payload.Connected ? Connected : 0)
                | (payload.Punching ? Punching : 0)
                | (payload.Addresses is null ? 0 : HasAddresses)
                | (payload.RemoteAddress.HasValue ? HasRemoteAddress : 0)
                | (payload.Token.HasValue ? HasToken : 0)
                | (payload.RemoteToken.HasValue ? HasRemoteToken : 0)
        );
        writer.WriteUInt((uint)payload.Error);
        writer.WriteUInt((uint)payload.Firewall);
        writer.WriteUInt(payload.Round);
        if (payload.Addresses is { } addresses)
            AddressCodec.WriteArray4(ref writer, addresses);
        if (payload.RemoteAddress is { } remoteAddress)
            Addr6Codec.Write(ref writer, remoteAddress);
        if (payload.Token is { } token)
            writer.WriteFixed32(token);
        if (payload.RemoteToken is { } remoteToken)
            writer.WriteFixed32(remoteToken);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out HolepunchPayload payload)
    {
        payload = new HolepunchPayload();
        var reader = new CompactReader(bytes);
        if (
            !reader.TryReadUInt(out var flags)
            || !reader.TryReadUInt(uint.MaxValue, out var error)
            || !reader.TryReadUInt(out var firewall)
            || !reader.TryReadUInt(uint.MaxValue, out var round)
        )
            return false;
        UdpAddress[]? addresses = null;
        if (
            ((flags & HasAddresses) != 0 && !AddressCodec.TryReadArray4(ref reader, out addresses))
            || !AddressCodec.TryReadOptional4(ref reader, (flags & HasRemoteAddress) != 0, out var remoteAddress)
            || !TryReadToken(ref reader, (flags & HasToken) != 0, out var token)
            || !TryReadToken(ref reader, (flags & HasRemoteToken) != 0, out var remoteToken)
        )
            return false;
        payload = new HolepunchPayload
        {
            Error = (HandshakeError)error,
            Firewall = FirewallKinds.FromWire(firewall),
            Round = round,
            Connected = (flags & Connected) != 0,
            Punching = (flags & Punching) != 0,
            Addresses = addresses,
            RemoteAddress = remoteAddress,
            Token = token,
            RemoteToken = remoteToken,
        };
        return true;
    }

    private static bool TryReadToken(ref CompactReader reader, bool present, out Bytes32? token)
    {
        token = null;
        if (!present)
            return true;
        if (!reader.TryReadFixed32(out var value))
            return false;
        token = value;
        return true;
    }
}
