using System.Text.Json;
using Hyper.Encoding;

namespace Hyper.BlindRelay.Tests;

/// <summary>A connection over a relay as hyperdht 6.27.0 made it, with the frames on the connections to the relay.</summary>
internal sealed class RecordedSession
{
    private readonly JsonElement _session;

    private RecordedSession(JsonElement session) => _session = session;

    public static RecordedSession Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", "e2e-relay-hyperdht-6.27.0.json");
        using var file = JsonDocument.Parse(File.ReadAllBytes(path));
        return new RecordedSession(file.RootElement.Clone());
    }

    /// <summary>The frames that someone wrote to someone, in order; the names are those of the recording.</summary>
    public string[] Frames(string who) =>
        [
            .. Log("frame.out")
                .Where(entry => entry.GetProperty("who").GetString()!.StartsWith(who, StringComparison.Ordinal))
                .Select(entry => entry.GetProperty("hex").GetString()!),
        ];

    /// <summary>How the relay joined one end: the token, its own stream and the end's.</summary>
    public (Bytes32 Token, uint LocalId, uint RemoteId) Join(bool isInitiator)
    {
        var pair = Log("relay.pair").Single(entry => entry.GetProperty("isInitiator").GetBoolean() == isInitiator);
        return (
            Bytes32.FromHex(pair.GetProperty("token").GetString()!),
            pair.GetProperty("localStreamId").GetUInt32(),
            pair.GetProperty("remoteId").GetUInt32()
        );
    }

    private IEnumerable<JsonElement> Log(string kind) =>
        _session.GetProperty("log").EnumerateArray().Where(entry => entry.GetProperty("ev").GetString() == kind);
}
