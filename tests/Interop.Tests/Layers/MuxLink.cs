using Hyper.Mux;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>A Protomux of ours and one of a partner at the ends of a secret stream, over TCP unless made elsewhere.</summary>
internal sealed class MuxLink : IAsyncDisposable
{
    private readonly OurLoop _loop;
    private readonly IAsyncDisposable _link;

    /// <summary>Joins the muxes of a connection that was made elsewhere.</summary>
    /// <param name="loop">Of our end.</param>
    /// <param name="link">What is disposed with it.</param>
    /// <param name="ours">Our end.</param>
    /// <param name="theirs">The partner's end.</param>
    public MuxLink(OurLoop loop, IAsyncDisposable link, Protomux ours, JsMux theirs)
    {
        _loop = loop;
        _link = link;
        Ours = ours;
        Theirs = theirs;
    }

    public Protomux Ours { get; }

    public JsMux Theirs { get; }

    public static async Task<MuxLink> OpenAsync(OurLoop loop, JsPartner partner, Role role = Role.WeDial)
    {
        var link = await TcpLink.OpenAsync(loop, partner, role, theirMode: StreamMode.None);
        var theirs = await JsMux.CreateAsync(link.Theirs);
        return new MuxLink(loop, link, await loop.RunAsync(() => new Protomux(link.Ours)), theirs);
    }

    /// <summary>Makes and opens a channel of ours with <paramref name="types"/> message types.</summary>
    public Task<MuxChannel> OpenAsync(
        OurChannelHandler handler,
        string protocol,
        byte[]? id = null,
        int types = 1,
        byte[]? handshake = null
    ) => _loop.RunAsync(() => CreateOpened(handler, protocol, id, types, handshake));

    /// <summary>Answers opens of this protocol with a channel; returns the channel's handler as soon as it exists.</summary>
    public async Task<Task<OurChannelHandler>> PairAsync(string protocol, int types = 1, byte[]? handshake = null)
    {
        var paired = new TaskCompletionSource<OurChannelHandler>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _loop.RunAsync(() =>
            Ours.Pair(
                protocol,
                (_, id) =>
                {
                    var handler = new OurChannelHandler(echo: true);
                    CreateOpened(handler, protocol, id.ToArray(), types, handshake);
                    paired.TrySetResult(handler);
                    return ValueTask.CompletedTask;
                }
            )
        );
        return paired.Task.WaitAsync(JsPartner.DefaultDeadline);
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private MuxChannel CreateOpened(
        OurChannelHandler handler,
        string protocol,
        byte[]? id,
        int types,
        byte[]? handshake
    )
    {
        var channel = Ours.CreateChannel(
            new ChannelOptions
            {
                Protocol = protocol,
                Id = id,
                Handshake = handshake,
                Handler = handler,
                Messages = new MuxMessageHandler?[types],
            }
        );
        Assert.NotNull(channel);
        Assert.True(channel.Open());
        return channel;
    }
}
