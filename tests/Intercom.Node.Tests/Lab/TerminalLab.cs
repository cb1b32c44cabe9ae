using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Loop;
using Intercom.Node.Terminal;
using Intercom.Sidechannels;
using Trac.Wallet;

namespace Intercom.Node.Tests.Lab;

/// <summary>A terminal over sidechannels without a network, with the settings of the recorded peer.</summary>
internal sealed class TerminalLab : IAsyncDisposable
{
    private readonly NetworkLoop _loop = new();
    private Sidechannels.Sidechannels _sidechannels = null!;

    private TerminalLab() { }

    public Wallet Wallet { get; } = Wallet.Generate();

    /// <summary>The key pair of the recorded partner's place: owner of a channel, and inviter.</summary>
    public KeyPair Partner { get; } = KeyPair.FromSeed(Enumerable.Repeat((byte)7, KeyPair.SeedBytes).ToArray());

    public PeerTerminal Terminal { get; private set; } = null!;

    public int Exits { get; private set; }

    public string OwnKey => Wallet.PublicKey.ToHex();

    public string PartnerKey => Partner.PublicKey.ToHex();

    public static async Task<TerminalLab> StartAsync(Func<SidechannelOptions, SidechannelOptions>? change = null)
    {
        var lab = new TerminalLab();
        var options = new SidechannelOptions
        {
            Channels = ["c1"],
            ProofOfWork = false,
            RateBytesPerSecond = 0,
            OwnerKeys = new Dictionary<string, string> { ["mine"] = lab.OwnKey, ["other"] = lab.PartnerKey },
            OwnerWriteChannels = ["other"],
            InviteRequired = true,
            InvitePrefixes = ["priv"],
            InviterKeys = [lab.PartnerKey],
        };
        options = change?.Invoke(options) ?? options;
        await lab._loop.InvokeAsync(() =>
        {
            lab._sidechannels = new(lab._loop, new NoSwarm(), lab.Wallet.KeyPair, options);
            lab._sidechannels.Start();
        });
        lab.Terminal = new PeerTerminal(lab._sidechannels, options, lab.Wallet, () => lab.Exits++);
        return lab;
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.InvokeAsync(_sidechannels.Dispose);
        _loop.Dispose();
        await _loop.Ended;
        Wallet.Dispose();
        Partner.Dispose();
    }

    private sealed class NoSwarm : ISidechannelSwarm
    {
        public void Attach(ISidechannelSwarmHandler handler) => Assert.NotNull(handler);

        public void Join(Bytes32 topic) => Assert.NotEqual(default, topic);

        public void Leave(Bytes32 topic) => Assert.NotEqual(default, topic);
    }
}
