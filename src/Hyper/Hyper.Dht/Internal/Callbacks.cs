namespace Hyper.Dht.Internal;

/// <summary>Events that tell an application something. Its handlers may fail; what the node was doing must not.</summary>
internal static class Callbacks
{
    /// <summary>Calls every handler, also after one that throws, and reports what they throw.</summary>
    public static void Raise(Action? handlers, Action<Exception> onFailed)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                onFailed(error);
            }
        }
    }
}
