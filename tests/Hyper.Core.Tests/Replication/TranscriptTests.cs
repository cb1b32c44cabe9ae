using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Core.Tests.Replication;

/// <summary>
/// Recorded sessions of two JavaScript peers, played again with us in the place of A, who has the core: the bytes of B go in,
/// and our answers are those of A to the byte. Order and the number of syncs are each side's own.
/// </summary>
public sealed class TranscriptTests
{
    private const string File = "replication-transcripts.json";

    public static TheoryData<string> Ids => [.. Vectors.All(File).Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_recorded_message_is_read_and_written_as_it_was(string id)
    {
        foreach (var item in Frames(id).SelectMany(MuxItemsOf).Where(item => item.Channel != 0))
        {
            Assert.True(WireMessages.TryRead((int)item.Type, item.Body, out var message));
            Assert.Equal(item.Body, WireMessages.Write((int)item.Type, message));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Recorded_answers_are_believed_in_their_order(string id) =>
        InWorld.Run(async loop =>
        {
            await using var source = await OpenSourceAsync(id, loop);
            await using var copy = await CorePair.OpenReaderAsync(source);
            foreach (var item in FramesOf(id, "A").SelectMany(MuxItemsOf).Where(IsData))
            {
                var proof = Vectors.DecodeData(item.Body).Proof;
                if (proof.Fork != copy.Fork)
                    continue;
                if (proof is { Upgrade: null, Block: null, Hash: null })
                    Assert.Equal(ReceiveStatus.Stored, (await copy.State.LearnManifestAsync(proof.Manifest!)).Status);
                else
                    Assert.True((await copy.State.ApplyAsync(proof))!.Value.IsValid);
                if (proof.Block is { } block)
                    Assert.Equal(block.Value, await copy.GetAsync(block.Index));
            }
        });

    [Theory]
    [MemberData(nameof(Ids))]
    public void What_B_sends_is_answered_as_A_answered(string id) =>
        InWorld.Run(async loop =>
        {
            await using var source = await OpenSourceAsync(id, loop);
            var session = new TranscriptSession(id, Vectors.One(File, id).Input(), source);
            foreach (var frame in Frames(id))
            {
                if (frame.TryGetProperty("mark", out var mark))
                    await DoAsync(mark.GetString()!, session);
                else if (frame.Text("from") == "B" && frame.Text("hex").Length > 0)
                    await session.GiveAsync(frame.Hex("hex"));
                else
                    session.Expect(MuxItemsOf(frame));
            }
            await session.CheckAsync();
        });

    private static bool IsData(MuxItem item) => item is { Channel: not 0, Type: (uint)MessageType.Data };

    private static JsonElement.ArrayEnumerator Frames(string id) =>
        Vectors.One(File, id).Expected().GetProperty("frames").EnumerateArray();

    private static IEnumerable<JsonElement> FramesOf(string id, string side) =>
        Frames(id).Where(frame => frame.TryGetProperty("from", out var from) && from.GetString() == side);

    /// <summary>At the end of a session a frame is empty and says how the stream ended.</summary>
    private static List<MuxItem> MuxItemsOf(JsonElement frame) =>
        frame.TryGetProperty("hex", out var hex) && hex.GetString() is { Length: > 0 } text
            ? MuxItem.ReadAll(Convert.FromHexString(text))
            : [];

    /// <summary>The core of A when the connection began; the keys are those that the recording was made with.</summary>
    private static async Task<Hypercore> OpenSourceAsync(string id, EventLoop loop)
    {
        var isSparse = id == "sparse-source-want-bitfield";
        var names = await Corestore.OpenAsync(CorestoreStorage.CreateInMemory(loop), Filled(isSparse ? 'D' : 'B'));
        var core = await names.GetAsync(isSparse ? "w" : "x");
        var blocks = id switch
        {
            "full-download-then-live-append" => 5,
            "single-get" or "truncate-fork" or "sparse-source-want-bitfield" => 10,
            "seek" => 70,
            "remote-opens-later" or "idle-close" => 2,
            "passive-core-in-storage" => 3,
            "cancel" => 4,
            "large-inflight" => 60,
            _ => 0,
        };
        if (blocks > 0)
            await core.AppendAsync([.. Vectors.Blocks(blocks).Select(block => (ReadOnlyMemory<byte>)block)]);
        if (!isSparse)
            return core;
        // A has some blocks of a core that C wrote.
        var copy = await CorePair.OpenReaderAsync(core);
        var connection = Connection.Open(core, copy);
        using var download = copy.Download(new DownloadRange { Blocks = [0, 2, 3, 9] });
        await download.Completion;
        connection.PipeA.Destroy();
        return copy;
    }

    private static Bytes32 Filled(char character) => new([.. Enumerable.Repeat((byte)character, 32)]);

    private static async Task DoAsync(string mark, TranscriptSession session)
    {
        await session.AnsweredAsync();
        var core = session.Core;
        switch (mark)
        {
            case "A appends 1":
                await core.AppendAsync(Vectors.Block(5));
                break;
            case "A appends 2 in one batch":
                await core.AppendAsync([Vectors.Block(6), Vectors.Block(7)]);
                break;
            case "A appends":
                await core.AppendAsync("one"u8.ToArray());
                break;
            case "A clears block 2":
                await core.ClearAsync(2);
                break;
            case "A truncate(4)":
                await core.TruncateAsync(4);
                break;
            case "A appends 2":
                await core.AppendAsync([Vectors.Block(50), Vectors.Block(51)]);
                break;
            case "A closes session":
                await session.CloseCoreAsync();
                break;
        }
    }
}
