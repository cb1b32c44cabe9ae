using System.Net;
using System.Text.Json;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Rpc;

public class RpcCodecTests
{
    public static TheoryData<string> Requests => Ids("request/");

    public static TheoryData<string> Replies => Ids("reply/");

    [Theory]
    [MemberData(nameof(Requests))]
    public void Write_request_vector_is_byte_exact(string id)
    {
        var vector = VectorFile.Find("dht-rpc.json", id);
        var input = vector.GetProperty("input");
        var value = input.Optional("value")?.Hex();
        var message = new DhtRequestMessage
        {
            TransactionId = (ushort)input.UInt("tid"),
            To = input.GetProperty("to").Address(),
            Id = input.Optional("senderId")?.Hex32(),
            Token = input.Optional("token")?.Hex32(),
            IsInternal = input.Flag("internal"),
            Command = input.UInt("command"),
            Target = input.Optional("target")?.Hex32(),
            HasValue = value is not null,
            Value = value,
        };
        Assert.Equal(vector.GetProperty("hex").GetString(), Encode(message));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void Read_request_vector_gives_its_fields(string id)
    {
        var vector = VectorFile.Find("dht-rpc.json", id);
        var input = vector.GetProperty("input");
        Assert.True(DhtRequestCodec.TryRead(vector.Hex(), out var message));
        Assert.Equal(input.UInt("tid"), message.TransactionId);
        Assert.Equal(input.GetProperty("to").Address(), message.To);
        Assert.Equal(input.Optional("senderId")?.Hex32(), message.Id);
        Assert.Equal(input.Optional("token")?.Hex32(), message.Token);
        Assert.Equal(input.Flag("internal"), message.IsInternal);
        Assert.Equal(input.UInt("command"), message.Command);
        Assert.Equal(input.Optional("target")?.Hex32(), message.Target);
        Assert.Equal(input.Optional("value")?.Hex() ?? [], message.Value.ToArray());
        Assert.Equal(message.Value.Length > 0, message.HasValue);
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public void Read_and_write_reply_vector_is_byte_exact(string id)
    {
        var vector = VectorFile.Find("dht-rpc.json", id);
        var input = vector.GetProperty("input");
        Assert.True(DhtReplyCodec.TryRead(vector.Hex(), out var message));
        Assert.Equal(input.UInt("tid"), message.TransactionId);
        Assert.Equal(input.GetProperty("to").Address(), message.To);
        Assert.Equal(input.Optional("senderId")?.Hex32(), message.Id);
        var closest = input.GetProperty("closest").EnumerateArray().Select(a => Parse(a.GetString()!)).ToArray();
        if (message.CloserNodes.Count > 0)
            Assert.Equal(closest, message.CloserNodes.ToArray());
        if (message.Token is { } token)
        {
            var issuer = new TokenIssuer(default, input.GetProperty("tokenSecret1").Hex32());
            Assert.Equal(issuer.Issue(message.To, TimeSpan.Zero), token);
        }
        Assert.Equal(vector.GetProperty("hex").GetString(), Encode(message));
    }

    [Theory]
    [InlineData("reply/unknown command (1)", 1u)]
    [InlineData("reply/invalid token (2) with fresh token", 2u)]
    [InlineData("reply/error 16", 16u)]
    [InlineData("reply/error 300", 300u)]
    [InlineData("reply/pong", 0u)]
    public void Read_reply_vector_gives_its_error(string id, uint error)
    {
        Assert.True(DhtReplyCodec.TryRead(VectorFile.Find("dht-rpc.json", id).Hex(), out var message));
        Assert.Equal(error, message.Error);
    }

    [Fact]
    public void Read_every_captured_datagram_gives_what_JS_decoded_and_writes_back_the_same()
    {
        var counts = (Requests: 0, Replies: 0, Other: 0);
        foreach (var packet in Capture())
        {
            var bytes = packet.GetProperty("bytes").Hex();
            var decoded = packet.GetProperty("decoded");
            switch (decoded.GetProperty("type").GetString())
            {
                case "request":
                    counts.Requests++;
                    Assert.True(DhtRequestCodec.TryRead(bytes, out var request));
                    Assert.Equal(decoded.UInt("command"), request.Command);
                    Assert.Equal(decoded.Flag("internal"), request.IsInternal);
                    Assert.Equal(decoded.Optional("target")?.Hex32(), request.Target);
                    Assert.Equal(decoded.Optional("token")?.Hex32(), request.Token);
                    Assert.Equal(decoded.Optional("value")?.Hex() ?? [], request.Value.ToArray());
                    AssertHeader(decoded, request.TransactionId, request.To, request.Id);
                    Assert.Equal(Convert.ToHexStringLower(bytes), Encode(request));
                    break;
                case "response":
                    counts.Replies++;
                    Assert.True(DhtReplyCodec.TryRead(bytes, out var reply));
                    Assert.Equal(decoded.UInt("error"), reply.Error);
                    Assert.Equal(decoded.Optional("token")?.Hex32(), reply.Token);
                    Assert.Equal(decoded.Optional("value")?.Hex() ?? [], reply.Value.ToArray());
                    Assert.Equal(
                        decoded.Optional("closerNodes")?.EnumerateArray().Select(a => Parse(a.GetString()!)) ?? [],
                        reply.CloserNodes.ToArray()
                    );
                    AssertHeader(decoded, reply.TransactionId, reply.To, reply.Id);
                    Assert.Equal(Convert.ToHexStringLower(bytes), Encode(reply));
                    break;
                default:
                    counts.Other++;
                    Assert.False(DhtRequestCodec.TryRead(bytes, out _));
                    Assert.False(DhtReplyCodec.TryRead(bytes, out _));
                    break;
            }
        }
        Assert.Equal((37, 35, 1), counts);
    }

    [Fact]
    public void Read_every_captured_id_belongs_to_its_source_address()
    {
        var checkedIds = 0;
        foreach (var packet in Capture())
        {
            if (packet.GetProperty("decoded").Optional("id") is not { } id)
                continue;
            checkedIds++;
            var source = new UdpAddress(IPAddress.Loopback, (ushort)packet.UInt("from"));
            Assert.Equal(NodeId.FromAddress(source), id.Hex32());
        }
        Assert.True(checkedIds > 10);
    }

    [Theory]
    [InlineData("node-id/127.0.0.1:49737")]
    [InlineData("node-id/88.99.3.86:49737")]
    [InlineData("node-id/10.1.2.3:1")]
    [InlineData("node-id/255.255.255.255:65535")]
    public void FromAddress_vector_gives_the_id(string id)
    {
        var vector = VectorFile.Find("ids-namespaces.json", id);
        Assert.Equal(vector.Hex32(), NodeId.FromAddress(vector.GetProperty("input").Address()));
    }

    [Fact]
    public void Addr6_vectors_are_byte_exact()
    {
        var count = 0;
        foreach (var vector in VectorFile.Load("net-types.json").GetProperty("vectors").EnumerateArray())
        {
            var reader = new CompactReader(vector.Hex());
            switch (vector.GetProperty("type").GetString())
            {
                case "ipv4Address":
                    Assert.True(Addr6Codec.TryRead(ref reader, out var address));
                    Assert.Equal(vector.GetProperty("decoded").Address(), address);
                    var bytes = new byte[Addr6Codec.Size];
                    Addr6Codec.Write(bytes, address);
                    Assert.Equal(vector.Hex(), bytes);
                    count++;
                    break;
                case "array(ipv4Address)":
                    Assert.True(Addr6Codec.TryReadArray(ref reader, out var addresses));
                    Assert.Equal(
                        vector.GetProperty("decoded").EnumerateArray().Select(a => a.Address()),
                        addresses.ToArray()
                    );
                    Assert.Equal(vector.Hex().Length, Addr6Codec.GetArraySize(addresses.Count));
                    count++;
                    break;
            }
        }
        Assert.Equal(6, count);
    }

    [Fact]
    public void Read_every_truncation_of_every_vector_does_not_throw()
    {
        foreach (var datagram in Corpus())
        {
            for (var length = 0; length < datagram.Length; length++)
                ReadBoth(datagram.AsSpan(0, length));
        }
    }

    [Fact]
    public void Read_bytes_after_the_last_field_are_ignored()
    {
        foreach (var datagram in Corpus())
        {
            var longer = new byte[datagram.Length + 7];
            datagram.CopyTo(longer, 0);
            if (datagram[0] == DhtWire.Request)
            {
                Assert.True(DhtRequestCodec.TryRead(datagram, out var exact));
                Assert.True(DhtRequestCodec.TryRead(longer, out var message));
                Assert.Equal(Encode(exact), Encode(message));
            }
            else
            {
                Assert.True(DhtReplyCodec.TryRead(longer, out var message));
                Assert.Equal(Convert.ToHexStringLower(datagram), Encode(message));
            }
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Read_mutated_vectors_do_not_throw_and_what_is_read_can_be_written()
    {
        var random = TestSeed.NewRandom();
        var corpus = Corpus().ToArray();
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var datagram = corpus[random.Next(corpus.Length)].ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                datagram[random.Next(random.Next(2) == 0 ? Math.Min(12, datagram.Length) : datagram.Length)] = (byte)
                    random.Next(256);
            ReadBoth(datagram.AsSpan(0, random.Next(datagram.Length + 1)));
            random.NextBytes(datagram);
            datagram[0] = random.Next(2) == 0 ? DhtWire.Request : DhtWire.Reply;
            ReadBoth(datagram);
        }
    }

    private static void ReadBoth(ReadOnlySpan<byte> datagram)
    {
        if (DhtRequestCodec.TryRead(datagram, out var request))
        {
            Assert.True(DhtRequestCodec.TryRead(Convert.FromHexString(Encode(request)), out var again));
            Assert.Equal(request.Command, again.Command);
            Assert.True(request.Value.SequenceEqual(again.Value));
        }
        if (DhtReplyCodec.TryRead(datagram, out var reply))
        {
            Assert.True(DhtReplyCodec.TryRead(Convert.FromHexString(Encode(reply)), out var again));
            Assert.Equal(reply.Error, again.Error);
            Assert.Equal(reply.CloserNodes.Count, again.CloserNodes.Count);
        }
    }

    private static void AssertHeader(JsonElement decoded, ushort transactionId, UdpAddress to, Bytes32? id)
    {
        Assert.Equal(decoded.UInt("tid"), transactionId);
        Assert.Equal(Parse(decoded.GetProperty("to").GetString()!), to);
        Assert.Equal(decoded.Optional("id")?.Hex32(), id);
    }

    private static string Encode(in DhtRequestMessage message)
    {
        var bytes = new byte[DhtRequestCodec.GetSize(message)];
        Assert.Equal(bytes.Length, DhtRequestCodec.Write(bytes, message));
        return Convert.ToHexStringLower(bytes);
    }

    private static string Encode(in DhtReplyMessage message)
    {
        var bytes = new byte[DhtReplyCodec.GetSize(message)];
        Assert.Equal(bytes.Length, DhtReplyCodec.Write(bytes, message));
        return Convert.ToHexStringLower(bytes);
    }

    private static UdpAddress Parse(string text) =>
        UdpAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    private static TheoryData<string> Ids(string prefix) =>
        [
            .. VectorFile
                .Load("dht-rpc.json")
                .GetProperty("vectors")
                .EnumerateArray()
                .Select(v => v.GetProperty("id").GetString()!)
                .Where(id => id.StartsWith(prefix, StringComparison.Ordinal)),
        ];

    private static JsonElement.ArrayEnumerator Capture() =>
        VectorFile.Load("dht-rpc-capture.json").GetProperty("vectors").GetProperty("packets").EnumerateArray();

    private static IEnumerable<byte[]> Corpus() =>
        VectorFile
            .Load("dht-rpc.json")
            .GetProperty("vectors")
            .EnumerateArray()
            .Select(v => v.Hex())
            .Concat(Capture().Select(p => p.GetProperty("bytes").Hex()).Where(b => b.Length > 1));
}
