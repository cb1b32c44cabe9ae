using Hyper.Encoding;

namespace Intercom.Sidechannels.Internal;

/// <summary>One channel this peer is on: its names, what was seen on it, and counts. Belongs to the loop.</summary>
internal sealed class ChannelEntry(string name, SidechannelState state)
{
    public string Name { get; } = name;

    public Bytes32 Topic { get; } = SidechannelNames.ToTopic(name);

    public string Protocol { get; } = SidechannelNames.ToProtocol(name);

    public SeenIds Seen { get; } = new(state.SeenBudget, state.Options.SeenLifetime);

    public DropCounts Drops { get; } = new();

    public RecentDrops Recent { get; } = new();

    public bool IsAutoJoined { get; init; }

    /// <summary>Whether the topic was joined in the swarm; a channel that was only sent to is not.</summary>
    public bool IsTopicJoined { get; set; }

    /// <summary>When a message was last sent or delivered on it.</summary>
    public TimeSpan LastUsed { get; set; } = state.Now;

    /// <summary>Own messages, and greetings, that wait in the outbox.</summary>
    public int WaitingSends { get; set; }

    public long Sent { get; set; }

    public long Delivered { get; set; }

    public long Relayed { get; set; }
}
