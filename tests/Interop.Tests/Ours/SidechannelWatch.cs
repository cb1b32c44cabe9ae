using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>
/// Notes what a sidechannel peer of ours came to, as the partner's log does: ids delivered, and whether text that it must
/// not see was in any bytes that it was sent. Used on its loop.
/// </summary>
public sealed class SidechannelWatch(string secret)
{
    private readonly byte[] _secret = TextEncoding.UTF8.GetBytes(secret);
    private List<string> _delivered = [];
    private long _leaks;
    private long _watched;
    private long _connections;

    public void Note(string? id) => _delivered.Add(id ?? "");

    public void CountConnection() => _connections++;

    public void Look(ReadOnlySpan<byte> bytes)
    {
        _watched += bytes.Length;
        _leaks += bytes.IndexOf(_secret) >= 0 ? 1 : 0;
    }

    /// <summary>All counts, and the ids delivered since the last call.</summary>
    public SidechannelLog Take(IReadOnlyDictionary<string, long> dropped)
    {
        var delivered = _delivered;
        _delivered = [];
        return new SidechannelLog(delivered, dropped, _leaks, _watched, _connections);
    }
}
