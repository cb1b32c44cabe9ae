using System.Text.Json;
using Hyper.Udx.Internal;

namespace Hyper.Udx.Tests;

/// <summary>
/// What side A of a recorded session of udx-native sent is sent to our stream in the place of B, in the recorded order.
/// Ours has to say what B said. Free are the times, how many packets one acknowledgement bundles, and whether an acknowledgement rides on data (docs/protocol/udx.md).
/// </summary>
public class CapturedSessionTests
{
    public static TheoryData<string, string> Sessions
    {
        get
        {
            var sessions = new TheoryData<string, string>();
            foreach (var file in Vectors.Files)
            {
                foreach (var session in Vectors.Sessions(file))
                    sessions.Add(file, session.GetProperty("id").GetString()!);
            }
            return sessions;
        }
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Replay_of_a_captured_peer_is_answered_alike(string file, string id)
    {
        var session = Vectors.Sessions(file).Single(s => s.GetProperty("id").GetString() == id);
        var packets = session.GetProperty("packets").EnumerateArray().ToArray();
        var events = session.GetProperty("events").EnumerateArray().Select(e => e[1].GetString()!).ToArray();
        var pair = new RawPair();
        pair.Run(async () =>
        {
            PrepareAsB(pair.End, id);
            var isAnswerAwaited = false;
            var isInjected = false;
            foreach (var packet in packets)
            {
                // The order is what counts; several packets share a millisecond. Where B spoke, ours gets time to speak.
                if (Vectors.IsFromA(packet) && isAnswerAwaited)
                    await pair.RoundTripAsync();
                isAnswerAwaited = !Vectors.IsFromA(packet);
                if (Vectors.IsFromA(packet) && !Vectors.IsDropped(packet))
                    pair.Raw.SendRaw(Whole(packet), pair.Peer.Address);
                if (id.Contains("injected", StringComparison.Ordinal) && !isInjected)
                    await InjectAsync(pair);
                isInjected = true;
            }
            await pair.World.Delay(TimeSpan.FromMilliseconds(100));
        });
        var expected = packets
            .Where(p => !Vectors.IsFromA(p) && !IsAfterReset(packets, p))
            .Select(Vectors.Bytes)
            .ToArray();
        AssertSameEffect(expected, pair);
        if (events.Contains("B end"))
            Assert.True(pair.End.HasEnded);
        if (events.Contains("B error ECONNRESET"))
            Assert.Equal(UdxException.ConnectionReset, pair.End.CloseCode);
        foreach (var message in events.Where(e => e.StartsWith("B message ", StringComparison.Ordinal)))
            Assert.Contains(pair.End.Messages, m => Convert.ToHexStringLower(m) == message["B message ".Length..]);
    }

    /// <summary>What the recording's proxy slipped in and did not record: a HEARTBEAT, unknown flags, a padded packet.</summary>
    private static async Task InjectAsync(RawPair pair)
    {
        pair.Send(PacketFlags.Heartbeat, 1, 0);
        await pair.RoundTripAsync();
        pair.Send((PacketFlags)0xc0, 1, 0);
        await pair.RoundTripAsync();
        pair.Send(PacketFlags.Data, 1, 0, [.. new byte[8], .. "padded"u8], offset: 8);
        await pair.RoundTripAsync();
        Assert.EndsWith("padded", TextEncoding.ASCII.GetString(pair.End.Data.ToArray()), StringComparison.Ordinal);
    }

    /// <summary>B echoes where it was an echo, and answers the end of A with its own.</summary>
    private static void PrepareAsB(StreamEnd end, string id)
    {
        if (id.Contains("echo", StringComparison.Ordinal))
            end.DataHook = data => end.Write(data.Span);
        end.EndHook = end.Stream.End;
    }

    /// <summary>Acknowledged in the end, told of the same ranges, and every own packet that consumes a number is there.</summary>
    private static void AssertSameEffect(byte[][] expected, RawPair pair)
    {
        if (expected.Length == 0)
        {
            Assert.DoesNotContain(pair.Raw.Headers, h => h.Flags.HasAny(PacketFlags.Data | PacketFlags.End));
            return;
        }
        Assert.Equal(Numbered(expected), Numbered(pair.Raw.Received));
        Assert.Equal(Ranges(expected), Ranges(pair.Raw.Received));
        Assert.Equal(
            expected.Max(p => RawPeer.HeaderOf(p).Acknowledgement),
            pair.Raw.Headers.Max(h => h.Acknowledgement)
        );
        Assert.All(pair.Raw.Headers, h => Assert.Equal(4u << 20, h.Window));
    }

    /// <summary>Flags, sequence number and payload of what a side sent under a number, repeats removed.</summary>
    private static string[] Numbered(IEnumerable<byte[]> packets) =>
        [
            .. packets
                .Select(p => (Header: RawPeer.HeaderOf(p), Payload: Convert.ToHexString(p.AsSpan(PacketHeader.Bytes))))
                .Where(p => p.Header.Flags.HasAny(PacketFlags.Data | PacketFlags.End))
                .Select(p => $"{p.Header.Flags} {p.Header.Sequence} {p.Payload}")
                .Distinct(),
        ];

    private static string[] Ranges(IEnumerable<byte[]> packets) =>
        [
            .. packets
                .Where(p => RawPeer.HeaderOf(p).Flags == PacketFlags.Sack)
                .Select(p =>
                    $"{RawPeer.HeaderOf(p).Acknowledgement} {Convert.ToHexString(p.AsSpan(PacketHeader.Bytes))}"
                )
                .TakeLast(1),
        ];

    /// <summary>What B sent because its own test destroyed it is no answer to A.</summary>
    private static bool IsAfterReset(JsonElement[] all, JsonElement packet) =>
        RawPeer.HeaderOf(Vectors.Bytes(packet)).Flags == PacketFlags.Destroy && all.Length > 0;

    /// <summary>The recorded packet; the payload of a long one is recorded in part and made up with its first byte.</summary>
    private static byte[] Whole(JsonElement packet)
    {
        var recorded = Vectors.Bytes(packet);
        var bytes = new byte[packet.GetProperty("len").GetInt32()];
        bytes.AsSpan().Fill(recorded[^1]);
        recorded.CopyTo(bytes, 0);
        return bytes;
    }
}
