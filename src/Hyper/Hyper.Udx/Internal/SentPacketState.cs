namespace Hyper.Udx.Internal;

/// <summary>What becomes of a sent packet.</summary>
internal enum SentPacketState : byte
{
    /// <summary>On the way, as far as we know.</summary>
    InFlight,

    /// <summary>Declared lost; waits to be repeated.</summary>
    Lost,

    /// <summary>Arrived; stays in its place until everything before it has arrived too.</summary>
    Acknowledged,
}
