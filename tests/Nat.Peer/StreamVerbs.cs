using TestKit.Partners;

namespace Nat.Peer;

/// <summary>What every stream can do; as <c>duplex.mjs</c>.</summary>
internal static class StreamVerbs
{
    public static void Register(Driver driver)
    {
        PeerStream Find(string handle) => driver.Get<PeerStream>(handle);

        driver.Verb<Write>(
            "stream.write",
            async args =>
            {
                await Find(args.Stream).WriteAsync(args.Bytes, args.Seed, args.Chunk, args.Offset);
                return null;
            }
        );
        driver.Verb<Wait>("stream.wait", async args => await Find(args.Stream).WaitAsync(args.Bytes, args.Messages));
        driver.Verb<Named>(
            "stream.remote",
            args => Task.FromResult<object?>(Find(args.Stream).Transport.RemoteAddress.ToJs())
        );
        driver.Verb<Named>(
            "stream.stats",
            args =>
            {
                var statistics = Find(args.Stream).Transport.Statistics;
                return Task.FromResult<object?>(new { statistics.PacketsReceived, statistics.Mtu });
            }
        );
        driver.Verb<Named>(
            "stream.end",
            async args =>
            {
                await Find(args.Stream).EndAsync();
                return null;
            }
        );
        driver.Verb<Named>(
            "stream.destroy",
            async args =>
            {
                await Find(args.Stream).DestroyAsync();
                return null;
            }
        );
    }

    /// <summary>The mode that a verb asks for.</summary>
    public static StreamMode ModeOf(string? mode) =>
        mode is null ? StreamMode.Hash : Enum.Parse<StreamMode>(mode, ignoreCase: true);

    private sealed record Named(string Stream);

    private sealed record Write(string Stream, long Bytes, int Seed = 0, int Chunk = 65_536, long Offset = 0);

    private sealed record Wait(string Stream, long Bytes = 0, long Messages = 0);
}
