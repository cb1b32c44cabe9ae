using System.Diagnostics.CodeAnalysis;
using Hyper.Crypto;
using Hyper.Encoding.Json;
using Hyper.Loop;
using Intercom.Sidechannels.Internal;
using Microsoft.Extensions.Logging;

namespace Intercom.Sidechannels;

/// <summary>
/// Named channels for short-lived messages between peers, wire compatible with the JavaScript version
/// (docs/protocol/sidechannels.md).
/// </summary>
/// <remarks>
/// <para>Belongs to one loop; every member is used there. It owns the channels, a link for each channel on each
/// connection, and the books of invites, welcomes and shares. Messages of a peer are judged in their order by the gates
/// of <c>InboundPipeline</c>; own messages are sealed and sent in theirs. Work that takes long (proofs, signatures)
/// leaves the loop in batches.</para>
/// <para>Nothing that a peer sends throws or grows memory beyond a named bound; what is dropped is counted with its
/// reason, see <see cref="GetStatistics"/>.</para>
/// </remarks>
[SuppressMessage("Design", "MA0049", Justification = "Both names are the field's word.")]
public sealed partial class Sidechannels : IDisposable
{
    private readonly ISidechannelSwarm _swarm;
    private readonly KeyPair _identity;
    private readonly SidechannelOptions _options;
    private readonly SidechannelState _state;
    private readonly Preparation _preparation;
    private readonly InboundPipeline _pipeline;
    private readonly Outbox _outbox;
    private readonly Adapter _adapter;
    private readonly OrderedDictionary<string, ChannelEntry> _channels = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<ISidechannelConnection, PeerLink> _peers = [];
    private LoopTimer? _sweeping;

    /// <summary>Prepares sidechannels; nothing happens on the network before <see cref="Start"/>.</summary>
    /// <param name="loop">The loop that <paramref name="swarm"/> belongs to.</param>
    /// <param name="swarm">The network.</param>
    /// <param name="identity">Signs messages, invites and welcomes. Stays the caller's; keep it until disposal.</param>
    /// <param name="options">What is allowed and demanded; the defaults when null.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not even the entry channel is allowed.</exception>
    public Sidechannels(EventLoop loop, ISidechannelSwarm swarm, KeyPair identity, SidechannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(swarm);
        ArgumentNullException.ThrowIfNull(identity);
        Loop = loop;
        _swarm = swarm;
        _identity = identity;
        _options = options ?? SidechannelOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaxChannels, 1, nameof(options));
        EntryChannel = SidechannelNames.Normalize(_options.EntryChannel);
        var policy = new ChannelPolicy(_options, identity.PublicKey.ToHex());
        _state = new SidechannelState(loop, _options, policy);
        _adapter = new Adapter(this);
        _preparation = new Preparation(_options, policy, _state.MaxFrameBytes);
        _pipeline = new InboundPipeline(_state, _adapter);
        _outbox = new Outbox(_state, identity, Transmit, WaitForReadersAsync);
        TakeConfiguredWelcomes();
        Register(EntryChannel, isAutoJoined: false);
        foreach (var channel in _options.Channels)
            Register(SidechannelNames.Normalize(channel), isAutoJoined: false);
    }

    /// <summary>A message passed all gates. Raised on the loop; keep it short.</summary>
    public event Action<SidechannelMessage>? MessageReceived;

    /// <summary>A peer asked to open a channel, and the request holds. Raised on the loop.</summary>
    public event Action<SidechannelOpenRequest>? OpenRequested;

    /// <summary>The loop all of this belongs to.</summary>
    public EventLoop Loop { get; }

    /// <summary>The channel that is always on.</summary>
    public string EntryChannel { get; }

    /// <summary>Own public key in hexadecimal: the <c>from</c> of own messages.</summary>
    public string PublicKey => _state.Policy.OwnKey;

    /// <summary>Whether <see cref="Start"/> was called and <see cref="Dispose"/> was not.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>The channels this peer is on, in the order they were joined.</summary>
    public IReadOnlyList<string> Channels => [.. _channels.Keys];

    /// <summary>Connections to peers, whatever channels they have open.</summary>
    public int ConnectionCount => _peers.Count;

    /// <summary>Joins the entry channel and the configured ones, and takes connections from now on.</summary>
    public void Start()
    {
        Loop.VerifyAccess();
        if (IsStarted)
            return;
        IsStarted = true;
        foreach (var channel in _channels.Values)
            JoinTopic(channel);
        _swarm.Attach(_adapter);
        _sweeping = Loop.Time.CreateTimer(_ => Sweep(), null);
        _sweeping.Arm(_sweepInterval);
    }

    /// <summary>Closes every channel and leaves the topics. Connections stay; they are the swarm's.</summary>
    public void Dispose()
    {
        Loop.VerifyAccess();
        IsStarted = false;
        _sweeping?.Dispose();
        _sweeping = null;
        _outbox.Dispose();
        foreach (var peer in _peers.Values)
        {
            foreach (var channel in _channels.Values)
                CloseLink(peer, channel);
            peer.Close();
        }
        _peers.Clear();
        foreach (var channel in _channels.Values)
            LeaveTopic(channel);
    }

    private void TakeConfiguredWelcomes()
    {
        foreach (var (channel, welcome) in _options.Welcomes)
            _state.AcceptWelcome(welcome, SidechannelNames.Normalize(channel));
        foreach (var channel in _state.Policy.Owners.Keys)
            if (_state.Policy.IsOwnChannel(channel))
                _state.Welcomes.Remember(channel, _state.Now);
    }

    private void Raise<T>(Action<T>? handlers, T value)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(value);
            }
            catch (Exception error)
            {
                LogHandlerFailed(error);
            }
        }
    }
}
