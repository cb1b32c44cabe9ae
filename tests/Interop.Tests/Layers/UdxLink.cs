using System.Net;
using Hyper.Udx;
using Interop.Tests.Harness;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>A UDX stream between us and a partner, on a good path or a bad one.</summary>
internal sealed class UdxLink : IAsyncDisposable
{
    private const uint OurId = 0x0101_0101;
    private const uint TheirId = 0x0202_0202;

    private readonly OurUdx _udx;

    private UdxLink(OurUdx udx, UdpForwarder? path, UdxStream ours, JsStream theirs)
    {
        _udx = udx;
        Path = path;
        Ours = ours;
        Theirs = theirs;
    }

    /// <summary>Our end, not started.</summary>
    public UdxStream Ours { get; }

    /// <summary>The partner's end.</summary>
    public JsStream Theirs { get; }

    /// <summary>The bad path, if there is one; the accepting side is its target.</summary>
    public UdpForwarder? Path { get; }

    /// <summary>Makes both ends. Nothing travels before the dialling side writes.</summary>
    public static async Task<UdxLink> OpenAsync(
        OurLoop loop,
        JsPartner partner,
        Role role,
        StreamMode theirMode = StreamMode.Hash,
        UdpForwarderOptions? spoiled = null,
        UdxOptions? options = null
    )
    {
        var udx = await OurUdx.OpenAsync(loop, options);
        var socket = await JsUdxSocket.OpenAsync(partner);
        var target = role == Role.WeDial ? socket.Port : udx.Port;
        var path = spoiled is null
            ? null
            : await UdpForwarder.StartAsync(new IPEndPoint(IPAddress.Loopback, target), spoiled);
        var dialled = path is null ? target : (ushort)path.Address.Port;
        if (role == Role.WeDial)
        {
            var theirs = await socket.AcceptAsync(TheirId, OurId, theirMode);
            return new UdxLink(udx, path, await udx.ConnectAsync(OurId, TheirId, dialled), theirs);
        }
        var ours = await udx.AcceptAsync(OurId, TheirId);
        return new UdxLink(udx, path, ours, await socket.ConnectAsync(TheirId, OurId, dialled, theirMode));
    }

    /// <summary>Starts our end.</summary>
    public Task<OurByteStream> StartAsync(StreamMode mode = StreamMode.Hash) => _udx.StartAsync(Ours, mode);

    public async ValueTask DisposeAsync()
    {
        await _udx.DisposeAsync();
        if (Path is not null)
            await Path.DisposeAsync();
    }
}
