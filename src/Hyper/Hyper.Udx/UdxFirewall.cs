using Hyper.Loop;

namespace Hyper.Udx;

/// <summary>
/// Decides about a packet for <paramref name="stream"/> that comes from elsewhere than the stream's remote, or before it
/// has one. It may connect the stream inside the call; that is how a server accepts a client whose address it does not
/// know beforehand. Called for each such packet, on the loop; must not throw.
/// </summary>
/// <returns>True to take the packet, false to drop it.</returns>
public delegate bool UdxFirewall(UdxStream stream, UdxSocket socket, in UdpAddress from);
