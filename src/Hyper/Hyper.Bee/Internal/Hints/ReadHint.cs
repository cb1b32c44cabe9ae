namespace Hyper.Bee.Internal;

/// <summary>What a read tells peers while it waits for their blocks. Lives as long as the read.</summary>
internal abstract class ReadHint
{
    /// <summary>A block is read from the core.</summary>
    public virtual void OnRead() { }

    /// <summary>A block that is read is not stored here.</summary>
    public abstract void OnWait();
}
