using Hyper.Dht;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>A blind relay, ours or a partner's, in a network.</summary>
internal sealed class MeetingPlace : IAsyncDisposable
{
    private readonly OurNode? _node;
    private readonly DhtRelay? _ours;
    private readonly JsRelay? _theirs;
    private readonly OurLoop _loop;

    private MeetingPlace(OurLoop loop, OurNode? node, DhtRelay? ours, JsRelay? theirs)
    {
        (_loop, _node, _ours, _theirs) = (loop, node, ours, theirs);
        PublicKey = theirs?.PublicKey ?? ours!.PublicKey.ToHex();
    }

    /// <summary>The key by which it is named, in hexadecimal.</summary>
    public string PublicKey { get; }

    public static async Task<MeetingPlace> StartAsync(
        NetworkOwner owner,
        OurLoop loop,
        JsPartner partner,
        DhtNetwork network
    )
    {
        if (owner == NetworkOwner.Theirs)
        {
            var host = await JsNode.StartAsync(partner, network.Bootstrap);
            return new MeetingPlace(loop, null, null, await JsRelay.ListenAsync(host, Seeds.Of(0x77)));
        }
        var node = await OurNode.StartAsync(loop, network.Bootstrap);
        var relay = await loop.RunAsync(async () =>
        {
            var made = node.Dht.CreateRelay();
            await made.ListenAsync();
            return made;
        });
        return new MeetingPlace(loop, node, relay, null);
    }

    /// <summary>Waits until it has joined two ends.</summary>
    public Task JoinedAsync() =>
        _theirs?.JoinedAsync()
        ?? Until.TrueAsync(() => _loop.RunAsync(() => _ours!.Statistics.Matched == 1), "our relay to join the ends");

    /// <summary>
    /// Waits until ours carries nothing any more; a partner's does not tell. hyperdht 6.27.0 stays connected to a relay that
    /// it needs no longer.
    /// </summary>
    public Task LeftAsync() =>
        _ours is null
            ? Task.CompletedTask
            : Until.TrueAsync(
                () => _loop.RunAsync(() => _ours.Statistics is { Active: 0 }),
                "our relay to carry nothing any more"
            );

    public async ValueTask DisposeAsync()
    {
        if (_ours is null)
            return;
        await _ours.DisposeAsync();
        await _node!.DisposeAsync();
    }
}
