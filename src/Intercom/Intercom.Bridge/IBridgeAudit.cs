namespace Intercom.Bridge;

/// <summary>Takes down what the bridge's clients did. Called from any thread.</summary>
public interface IBridgeAudit
{
    /// <summary>
    /// Takes an entry. A client whose entry is not taken down yet is not served further, so this does not wait for long
    /// and does not throw.
    /// </summary>
    ValueTask RecordAsync(BridgeAuditEntry entry);
}
