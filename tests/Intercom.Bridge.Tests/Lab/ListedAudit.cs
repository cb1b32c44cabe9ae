using System.Threading.Channels;

namespace Intercom.Bridge.Tests.Lab;

/// <summary>Keeps what is told to the audit, for a test to read in its order.</summary>
internal sealed class ListedAudit : IBridgeAudit
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly Channel<BridgeAuditEntry> _entries = Channel.CreateUnbounded<BridgeAuditEntry>();

    public ValueTask RecordAsync(BridgeAuditEntry entry) => _entries.Writer.WriteAsync(entry);

    public async Task<BridgeAuditEntry> NextAsync(string what)
    {
        using var limit = new CancellationTokenSource(_patience);
        try
        {
            return await _entries.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"No audit entry within {_patience}: {what}.", error);
        }
    }
}
