namespace Hyper.Core.Internal;

/// <summary>Who is told, on the loop, that a state has changed.</summary>
internal interface ICoreStateListener
{
    void OnAppended();

    void OnTruncated(ulong length, ulong fork);
}
