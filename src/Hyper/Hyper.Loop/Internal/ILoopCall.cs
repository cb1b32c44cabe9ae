namespace Hyper.Loop.Internal;

/// <summary>A call into a loop whose outcome is awaited elsewhere.</summary>
internal interface ILoopCall
{
    /// <summary>The loop has ended and will never run the call. Called from any thread.</summary>
    void Abandon();
}
