using Hyper.Crypto;
using TestKit;

namespace Hyper.SecretStream.Tests;

/// <summary>Two secret streams on a pipe in a world of their own.</summary>
internal sealed class Bench
{
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    public Bench(int seed = 1)
    {
        World = new SimulatedWorld(seed);
        Host = World.CreateHost("10.0.0.1");
        (PipeA, PipeB) = BytePipe.Create(Host);
    }

    public SimulatedWorld World { get; }

    public SimulatedHost Host { get; }

    public BytePipe PipeA { get; }

    public BytePipe PipeB { get; }

    public KeyPair KeysA { get; } = KeyPair.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);

    public KeyPair KeysB { get; } = KeyPair.FromSeed([.. Enumerable.Repeat((byte)2, 32)]);

    public NoiseSecretStream A { get; private set; } = null!;

    public NoiseSecretStream B { get; private set; } = null!;

    public Recorder AtA { get; } = new();

    public Recorder AtB { get; } = new();

    /// <summary>Makes both streams, A being the initiator, and starts neither.</summary>
    public void Make(NoiseSecretStreamOptions? options = null, NoiseSecretStreamOptions? optionsB = null)
    {
        A = new NoiseSecretStream(PipeA, true, KeysA, options);
        B = new NoiseSecretStream(PipeB, false, KeysB, optionsB ?? options);
    }

    /// <summary>Makes both streams, starts them and runs <paramref name="body"/> when both are open.</summary>
    public void Run(
        Func<Task> body,
        NoiseSecretStreamOptions? options = null,
        NoiseSecretStreamOptions? optionsB = null
    ) =>
        World.Run(async () =>
        {
            Make(options, optionsB);
            A.Start(AtA);
            B.Start(AtB);
            Assert.True(await A.Opened);
            Assert.True(await B.Opened);
            await body();
        });

    /// <summary>An open stream on end A with known keys, and the bare other end.</summary>
    public (NoiseSecretStream Stream, RawEnd Raw) Bare(
        bool isInitiator,
        byte key,
        NoiseSecretStreamOptions? options = null
    )
    {
        var raw = new RawEnd(PipeB);
        var stream = new NoiseSecretStream(PipeA, Session(isInitiator, key), options);
        stream.Start(AtA);
        return (stream, raw);
    }

    public HandshakeResult Session(bool isInitiator, byte key) =>
        new(isInitiator, KeysA.PublicKey, KeysB.PublicKey, Filled(0x11, 64), Filled(key, 32), Filled(key, 32));

    public static byte[] Filled(byte value, int length) => [.. Enumerable.Repeat(value, length)];
}
