using Hyper.SecretStream;

namespace Simulation.Tests;

/// <summary>All conversations of a town that are open, by connection, in the order in which they began.</summary>
internal sealed class Register
{
    private readonly Dictionary<string, List<Conversation>> _open = [];
    private readonly List<string> _faults = [];

    /// <summary>Connections ends that were ever open.</summary>
    public int Begun { get; private set; }

    /// <summary>Messages heard over connections that are closed.</summary>
    public long HeardBefore { get; private set; }

    /// <summary>Ends that are open.</summary>
    public IEnumerable<Conversation> Present => _open.Values.SelectMany(ends => ends);

    /// <summary>Messages heard in all.</summary>
    public long Heard => HeardBefore + Present.Sum(end => end.Heard);

    /// <summary>Begins a conversation over a new connection.</summary>
    public void Open(NoiseSecretStream stream) => Add(new Conversation(this, stream));

    private void Add(Conversation conversation)
    {
        Begun++;
        if (!_open.TryGetValue(conversation.Id, out var ends))
            _open.Add(conversation.Id, ends = []);
        ends.Add(conversation);
        if (ends.Count > 2)
            _faults.Add($"connection {conversation.Id} has {ends.Count} ends");
    }

    public void Remove(Conversation conversation)
    {
        HeardBefore += conversation.Heard;
        if (conversation.Fault is { } fault)
            _faults.Add(fault);
        var ends = _open[conversation.Id];
        ends.Remove(conversation);
        if (ends.Count == 0)
            _open.Remove(conversation.Id);
    }

    /// <summary>What was wrong so far, over open and closed connections; null for nothing.</summary>
    public string? FindFault() =>
        _faults.FirstOrDefault() ?? Present.Select(end => end.Fault).FirstOrDefault(f => f is not null);

    /// <summary>A connection over which not all has been heard that was said, or that has one end only; null for none.</summary>
    public string? FindUnheard()
    {
        foreach (var (id, ends) in _open)
        {
            if (ends.Count != 2)
                return $"connection {id[..8]} has {ends.Count} ends";
            if (ends[0].Heard != ends[1].Said || ends[1].Heard != ends[0].Said)
                return $"connection {id[..8]}: said {ends[0].Said} and {ends[1].Said}, heard {ends[1].Heard} and {ends[0].Heard}";
        }
        return null;
    }
}
