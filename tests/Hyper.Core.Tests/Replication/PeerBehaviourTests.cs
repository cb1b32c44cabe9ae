using System.Text.RegularExpressions;
using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core.Tests.Replication;

/// <summary>
/// What a client sees that breaks the rules, or uses one that is seldom used, towards a core of three blocks: the same answers as
/// from JavaScript, and the connection is lost where JavaScript ends it.
/// </summary>
public sealed partial class PeerBehaviourTests
{
    private const string File = "peer-behaviour.json";

    // The older versions end with an exception in one of these cases; in the others they differ in words alone, or do less.
    private const string Version = "hypercore@11.37.1";

    public static TheoryData<string> Ids => [.. Vectors.All(File).Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Client_sees_what_it_sees_of_JavaScript(string id) =>
        InWorld.Run(async loop =>
        {
            await using var core = await CorePair.OpenWriterAsync(loop, blocks: 3);
            var client = ScriptedPeer.Open(core, knowsKey: !id.StartsWith("peer/cap-", StringComparison.Ordinal));
            Misbehave(id, client);
            await Task.Delay(TimeSpan.FromSeconds(30), loop.Time);

            var expected = Vectors.One(File, id).Expected().Text(Version);
            Assert.Equal(
                Answer()
                    .Matches(expected)
                    .Select(match => $"{match.Groups["kind"]} {match.Groups["id"]} {match.Groups["more"]}"),
                client
                    .Refusals.Select(refusal => $"noData {refusal.Request} {(int)refusal.Reason}")
                    .Concat(client.Answers.Select(answer => $"data {answer.Request} {answer.Proof.Block?.Index}"))
            );
            Assert.Equal(!expected.EndsWith("closed: no", StringComparison.Ordinal), client.Pipe.IsClosed);
        });

    private static void Misbehave(string id, ScriptedPeer client)
    {
        switch (id)
        {
            case "peer/invalid-requests":
                for (var i = 1UL; i <= 3; i++)
                    Ask(client, i, new ProofRequest { Upgrade = new UpgradeRequest(3, 7) });
                break;
            case "peer/unknown-type":
                client.Pipe.Write([1, 42, 0]);
                break;
            case "peer/malformed":
                client.Send(MessageType.Request, [1]);
                break;
            case "peer/fork-mismatch-request":
                client.Send(new RequestMessage(1, 7, new ProofRequest { Block = new BlockRequest(0, 0) }));
                break;
            case "peer/block-not-have":
                Ask(client, 1, new ProofRequest { Block = new BlockRequest(10, 0) });
                break;
            case "peer/empty-request":
                Ask(client, 1, new ProofRequest());
                break;
            case "peer/manifest-request":
                Ask(client, 9, new ProofRequest { Manifest = true });
                break;
            case "peer/id0":
                Ask(client, 0, new ProofRequest { Block = new BlockRequest(0, 0) });
                break;
            case "peer/same-id-twice":
                Ask(client, 5, new ProofRequest { Block = new BlockRequest(0, 0) });
                Ask(client, 5, new ProofRequest { Block = new BlockRequest(1, 0) });
                break;
            case "peer/idle-sync":
                client.Send(new SyncMessage(SyncFlags.None, 0, 0, 3));
                break;
            case "peer/duplicate-open":
                client.OpenAgain();
                break;
        }
    }

    private static void Ask(ScriptedPeer client, ulong id, ProofRequest proof) =>
        client.Send(new RequestMessage(id, 0, proof));

    /// <summary>An answer with the request's id, and the reason or the block's index.</summary>
    [GeneratedRegex(
        """(?<kind>noData|data) \{"request":(?<id>\d+)(,"reason":(?<more>\d)|,"fork":0,"block":\{"index":(?<more>\d+))?""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Answer();
}
