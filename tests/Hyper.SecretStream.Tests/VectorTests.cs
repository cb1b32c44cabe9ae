using System.Text.Json;
using Hyper.Crypto;
using Hyper.Encoding;
using TestKit;

namespace Hyper.SecretStream.Tests;

public class VectorTests
{
    private const byte Key = 0x33;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Written_frames_are_those_of_js(bool isInitiator)
    {
        var vector = Vectors.Load("secret-stream.json", "frames-fixed-header");
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var loop = new ScriptedLoop(bench.Host, vector.GetProperty("input").Hex("header"), new byte[8]);
            var (pipe, other) = BytePipe.Create(loop);
            var raw = new RawEnd(other);
            var stream = new NoiseSecretStream(pipe, bench.Session(isInitiator, Key));
            stream.Start(bench.AtA);
            Assert.True(stream.IsOpen);
            var expected = vector.Text(isInitiator ? "initiatorIdFrame" : "responderIdFrame");
            foreach (var frame in vector.GetProperty("frames").EnumerateArray())
            {
                stream.Write(frame.Hex("plain"));
                expected += frame.Text("frame");
            }
            await bench.World.Delay(Bench.Step);
            Assert.Equal(expected, Convert.ToHexStringLower([.. raw.Received]));
            Assert.Equal(vector.GetProperty("frames").GetArrayLength(), stream.MessagesSent);
        });
    }

    [Fact]
    public void Frames_of_js_are_read_however_they_are_cut()
    {
        var vector = Vectors.Load("secret-stream.json", "frames-fixed-header");
        var frames = vector.GetProperty("frames");
        var wire = Convert.FromHexString(
            vector.Text("responderIdFrame") + string.Concat(frames.EnumerateArray().Select(f => f.Text("frame")))
        );
        for (var cut = 0; cut <= wire.Length; cut++)
            CheckRead(frames, wire.AsSpan(0, cut).ToArray(), wire.AsSpan(cut).ToArray());
        CheckRead(frames, [.. wire.Select(b => new[] { b })]);
    }

    [Theory]
    [InlineData("XX/secret-stream default")]
    [InlineData("XX/other ephemerals")]
    public void Handshake_frames_are_those_of_js(string id)
    {
        var vector = Vectors.Load("noise.json", id);
        var input = vector.GetProperty("input");
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            // A loop of its own for each side, so that each draws its own ephemeral key; header and counter follow.
            var loopA = new ScriptedLoop(bench.Host, input.Hex("initiatorEphemeralSeed"), new byte[24], new byte[8]);
            var loopB = new ScriptedLoop(bench.Host, input.Hex("responderEphemeralSeed"), new byte[24], new byte[8]);
            bench.PipeA.Written = [];
            bench.PipeB.Written = [];
            using var keysA = KeyPair.FromSeed(input.Hex("initiatorSeed"));
            using var keysB = KeyPair.FromSeed(input.Hex("responderSeed"));
            var a = new NoiseSecretStream(new OnLoop(bench.PipeA, loopA), true, keysA);
            var b = new NoiseSecretStream(new OnLoop(bench.PipeB, loopB), false, keysB);
            a.Start(bench.AtA);
            b.Start(bench.AtB);
            Assert.True(await a.Opened);
            Assert.True(await b.Opened);

            var messages = vector.GetProperty("messages");
            var fromA = Frame(messages[0].Text("hex")) + Frame(messages[2].Text("hex"));
            var result = vector.GetProperty("result");
            fromA += Frame(result.Text("initiatorStreamId") + new string('0', 48));
            var fromB = Frame(messages[1].Text("hex"));
            fromB += Frame(result.Text("responderStreamId") + new string('0', 48));
            Assert.Equal(fromA, Convert.ToHexStringLower([.. bench.PipeA.Written]));
            Assert.Equal(fromB, Convert.ToHexStringLower([.. bench.PipeB.Written]));
            Assert.Equal(result.Text("handshakeHash"), Convert.ToHexStringLower(a.HandshakeHash));
            Assert.Equal(result.Text("handshakeHash"), Convert.ToHexStringLower(b.HandshakeHash));
            Assert.Equal(keysB.PublicKey, a.RemotePublicKey);
            Assert.Equal(keysA.PublicKey, b.RemotePublicKey);
        });
    }

    [Theory]
    [InlineData("initiator")]
    [InlineData("responder")]
    public void Recorded_session_is_written_and_read_byte_for_byte(string role)
    {
        var vector = Vectors.Load("secret-stream.json", "xx-session");
        var isInitiator = role == "initiator";
        var own = Chunks(vector, role).ToList();
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var header = Convert.FromHexString(own[0].Text("hex")).AsSpan(3 + 32).ToArray();
            var loop = new ScriptedLoop(bench.Host, header, new byte[8]);
            var (pipe, other) = BytePipe.Create(loop);
            var raw = new RawEnd(other);
            var keys = vector.GetProperty("input").GetProperty(isInitiator ? "keysA" : "keysB");
            var session = new HandshakeResult(
                isInitiator,
                default,
                default,
                keys.Hex("hash"),
                keys.Hex("tx"),
                keys.Hex("rx")
            );
            var stream = new NoiseSecretStream(pipe, session);
            stream.Start(bench.AtA);
            foreach (var chunk in Chunks(vector, isInitiator ? "responder" : "initiator"))
                raw.Send(chunk.Hex("hex"));
            byte[][] writes = isInitiator
                ? ["hello"u8.ToArray(), [], [], Bench.Filled(1, 70000)]
                : [Bench.Filled(7, 300)];
            foreach (var write in writes)
                stream.Write(write);
            await bench.World.Delay(Bench.Step);

            CheckChunks(own, raw.Received);
            var lengths = string.Join(',', bench.AtA.Messages.Select(m => m.Length));
            Assert.Equal(isInitiator ? "300" : "5,0,0", lengths);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Unordered_messages_are_those_of_js(bool isWriter)
    {
        var vector = Vectors.Load("secret-stream.json", "unordered-send");
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var counter = vector.GetProperty("input").Hex("initialCounter");
            var loop = new ScriptedLoop(bench.Host, new byte[24], counter);
            var (pipe, other) = BytePipe.Create(loop);
            var raw = new RawEnd(other);
            var stream = new NoiseSecretStream(pipe, bench.Session(isWriter, Key));
            var received = new List<string>();
            stream.OnUnordered = message => received.Add(Convert.ToHexStringLower(message));
            stream.Start(bench.AtA);
            var messages = vector.GetProperty("messages").EnumerateArray().ToList();
            foreach (var message in messages)
            {
                if (isWriter)
                    Assert.True(stream.TrySendUnordered(message.Hex("plain")));
                else
                    other.TrySendMessage(message.Hex("hex"));
            }
            await bench.World.Delay(Bench.Step);
            if (isWriter)
                Assert.Equal(messages.Select(m => m.Text("hex")), raw.Datagrams.Select(Convert.ToHexStringLower));
            else
                Assert.Equal(messages.Select(m => m.Text("plain")), received);
        });
    }

    private static string Frame(string body) => $"{body.Length / 2:x2}0000{body}";

    /// <summary>What one side wrote after the handshake, as far as it was recorded whole.</summary>
    private static IEnumerable<JsonElement> Chunks(JsonElement vector, string role) =>
        vector
            .GetProperty("chunks")
            .EnumerateArray()
            .Where(c => c.Text("from") == role)
            .Skip(role == "initiator" ? 2 : 1);

    private static void CheckChunks(List<JsonElement> chunks, List<byte> wire)
    {
        ReadOnlySpan<byte> rest = wire.ToArray();
        foreach (var chunk in chunks)
        {
            var isWhole = !chunk.TryGetProperty("truncated", out _);
            var length = isWhole ? chunk.Hex("hex").Length : chunk.GetProperty("bytes").GetInt32();
            if (isWhole)
                Assert.Equal(chunk.Text("hex"), Convert.ToHexStringLower(rest[..length]));
            else
                Assert.Equal(chunk.Text("blake2b"), Blake2b.Hash(rest[..length]).ToHex());
            rest = rest[length..];
        }
        Assert.Equal(0, rest.Length);
    }

    private static void CheckRead(JsonElement frames, params byte[][] pieces)
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var (stream, raw) = bench.Bare(true, Key);
            foreach (var piece in pieces)
                raw.Send(piece);
            await bench.World.Delay(Bench.Step);
            Assert.Equal(
                frames.EnumerateArray().Select(f => f.Text("plain")),
                bench.AtA.Messages.Select(Convert.ToHexStringLower)
            );
            Assert.Equal(bench.AtA.Messages.Count, stream.MessagesReceived);
            Assert.False(bench.AtA.IsClosed);
        });
    }
}
