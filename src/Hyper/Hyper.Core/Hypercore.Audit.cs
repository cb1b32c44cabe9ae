namespace Hyper.Core;

public sealed partial class Hypercore
{
    /// <summary>
    /// Reads and hashes every stored block, compares every node with its children, and verifies the signature. Other writes of
    /// the core wait meanwhile.
    /// </summary>
    /// <param name="repair">
    /// Forget blocks that are wrong or missing, and nodes that are wrong, so that they can be fetched again. What is signed is
    /// never changed.
    /// </param>
    /// <param name="progress">Told now and then how many blocks were passed.</param>
    /// <param name="cancellationToken">Ends the check; nothing is repaired then.</param>
    public Task<CoreAudit> AuditAsync(
        bool repair = false,
        Action<ulong>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        VerifyOpen();
        return _core.Default.AuditAsync(repair, progress, cancellationToken);
    }
}
