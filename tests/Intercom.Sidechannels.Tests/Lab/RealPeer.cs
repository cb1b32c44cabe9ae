using Hyper.Crypto;
using Hyper.Loop;
using TestKit;

namespace Intercom.Sidechannels.Tests.Lab;

/// <summary>A real peer that can be connected to another.</summary>
internal sealed class RealPeer
{
    private readonly EventLoop _loop;
    private readonly KeyPair _identity;

    public RealPeer(EventLoop loop, byte seed, SidechannelOptions options)
    {
        _loop = loop;
        _identity = KeyPair.FromSeed(Enumerable.Repeat(seed, 32).ToArray());
        Sidechannels = new Sidechannels(loop, Swarm, _identity, options);
        Sidechannels.MessageReceived += Delivered.Add;
        Sidechannels.OpenRequested += OpenRequests.Add;
        Sidechannels.Start();
    }

    public FakeSwarm Swarm { get; } = new();

    public Sidechannels Sidechannels { get; }

    public List<SidechannelMessage> Delivered { get; } = [];

    public List<SidechannelOpenRequest> OpenRequests { get; } = [];

    public void ConnectTo(RealPeer other)
    {
        var (near, far) = MessagePipe.Create(_loop);
        Swarm.Add(new PipeConnection(near, other._identity.PublicKey));
        other.Swarm.Add(new PipeConnection(far, _identity.PublicKey));
    }

    public void ConnectTo(Partner partner) => partner.Connect(Swarm);
}
