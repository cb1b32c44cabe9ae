namespace Hyper.Mux;

/// <summary>
/// Told that the other side opened a channel that we have not. To accept, create and open a channel of that protocol
/// and id before the returned task completes; otherwise the open is rejected, as it is when the task fails or takes
/// longer than <see cref="ProtomuxOptions.PairTimeout"/>.
/// </summary>
/// <param name="mux">The mux the open came on.</param>
/// <param name="id">Id of the channel; empty when it has none. A copy that may be kept.</param>
public delegate ValueTask MuxPairHandler(Protomux mux, ReadOnlyMemory<byte> id);
