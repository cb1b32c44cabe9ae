using System.Globalization;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>Replays the recorded cases of one setup, in their order, on one peer, and notes what differs.</summary>
internal sealed class CaseReplay(JsObject setup, IReadOnlyDictionary<string, byte> seeds, TimeSpan offloadTime)
{
    /// <summary>Setups whose partners open their channels in the cases only.</summary>
    private static readonly HashSet<string> _openLater = ["welcome-owner-with-cli"];

    private const string FilteredClient = "relay-filtered-client";

    private readonly SidechannelLab _lab = new(
        RecordedFlags.ToOptions(Texts(setup.GetArray("flags")!)),
        offloadTime: offloadTime
    );
    private readonly DecisionReader _reader = new(
        RecordedFlags.ToOptions(Texts(setup.GetArray("flags")!)),
        SidechannelLab.RecordedKey
    );
    private readonly Dictionary<string, Partner> _partners = [];

    public List<string> Faults { get; } = [];

    /// <summary>What each step led to where JavaScript was seen to decide.</summary>
    public List<Decision> Decisions { get; } = [];

    public void Run(IReadOnlyList<JsObject> cases) =>
        _lab.Run(async () =>
        {
            await ConnectPartnersAsync();
            foreach (var recorded in cases)
                await RunCaseAsync(recorded);
        });

    private async Task ConnectPartnersAsync()
    {
        var id = setup.GetString("id")!;
        foreach (var (name, _) in setup.GetObject("partners_connected")!)
        {
            var partner = new Partner(_lab.Host, seeds[name]);
            partner.Wanted.Add(_lab.Peer.EntryChannel);
            var isLeftOut = _openLater.Contains(id) || (id == "relay-channel-at-C-only" && name == "D");
            if (!isLeftOut)
                partner.Wanted.UnionWith(_lab.Options.Channels);
            _partners.Add(name, partner);
            partner.Connect(_lab.Swarm);
        }
        await _lab.World.Delay(TimeSpan.FromSeconds(2));
        Forget();
    }

    private async Task RunCaseAsync(JsObject recorded)
    {
        var id = recorded.GetString("id")!;
        var steps = recorded.GetArray("stimulus")!;
        var observed = recorded.GetArray("observed")!;
        var channels = _lab.Peer.Channels;
        for (var step = 0; step < steps.Count; step++)
        {
            var drops = _lab.CountDrops();
            var stimulus = new ReplayStep(_lab, _partners, recorded, (JsObject)steps[step], (JsObject)observed[step]);
            var reply = await stimulus.DoAsync();
            await _lab.SettleAsync();
            if (stimulus.IsBulk)
                await _lab.World.Delay(TimeSpan.FromSeconds(5));
            NoteDecision(recorded, step, reply, NewDrops(drops));
            CheckStep(id, step, recorded, (JsObject)observed[step], stimulus, reply, NewDrops(drops));
            Forget();
        }
        CheckChannels(id, recorded.GetObject("decision")!, channels);
    }

    private void NoteDecision(JsObject recorded, int step, JsObject? reply, List<DropReason> drops)
    {
        var stimulus = (JsObject)recorded.GetArray("stimulus")![step];
        var isRequest = stimulus.GetObject("bridge") is { } request && DecisionReader.IsDecided(request);
        // A client that filters sees no event of what is delivered, so the recording does not tell.
        if ((!isRequest && !stimulus.ContainsKey("by")) || recorded.GetString("id") == FilteredClient)
            return;
        if (DecisionReader.JsOutcome(DecidedAt(recorded, step)) is not { } js)
            return;
        var keys = _partners.ToDictionary(partner => partner.Key, partner => partner.Value.Key);
        var reasons = drops.Select(ReasonText).Concat(_lab.OpenRequests.Select(RequestText)).ToList();
        var ours = reply is not null
            ? DecisionReader.ReplyText(reply.GetString("type")!)
            : DecisionReader.Outcome(
                _lab.Delivered.Count > 0,
                _partners.Values.Any(partner => partner.Heard.Count > 0),
                reasons
            );
        Decisions.Add(
            new Decision(
                recorded.GetString("id")!,
                step,
                DecisionReader.GateOf(recorded),
                _reader.RoleOf(stimulus, keys),
                js,
                ours
            )
        );
    }

    private static JsObject? DecidedAt(JsObject recorded, int step) =>
        recorded
            .GetObject("decision")!
            .GetArray("steps")!
            .OfType<JsObject>()
            .FirstOrDefault(candidate => candidate.GetNumber("step") == step);

    private void CheckStep(
        string id,
        int step,
        JsObject recorded,
        JsObject observed,
        ReplayStep stimulus,
        JsObject? reply,
        List<DropReason> drops
    )
    {
        var decided = DecidedAt(recorded, step);
        var difference = DeliberateDifferences.Find(id, step);
        if (reply is not null && observed.GetObject("reply") is { } expectedReply)
            Compare(id, step, "reply", Trim(expectedReply), Trim(reply));
        if (difference is not null)
            CheckDifference(id, step, difference, drops);
        else if (stimulus.IsBulk)
            Compare(id, step, "events", observed.GetNumber("bridge_events_count"), _lab.Delivered.Count);
        else if (observed["bridge_events"] is JsString)
            CheckDifference(id, step, ToExpectation(decided!), drops);
        else
            CheckLikeRecorded(id, step, observed, decided, drops);
    }

    private void CheckLikeRecorded(string id, int step, JsObject observed, JsObject? decided, List<DropReason> drops)
    {
        var events = Items(observed.GetArray("bridge_events"));
        // A client that filters sees no event, and a peer without a bridge has none; both deliver.
        var isSeen = decided?["delivered"] is JsBoolean || decided is null;
        if (id != FilteredClient && isSeen)
            CompareEvents(id, step, events);
        foreach (var (name, partner) in _partners)
            CompareFrames(id, step, name, partner, observed.GetObject("frames_from_peer_under_test")?.GetArray(name));
        var expected = Texts(decided?.GetArray("printed_reason") ?? new JsArray()).ToList();
        var ours = drops.Select(ReasonText).Concat(_lab.OpenRequests.Select(RequestText)).ToList();
        // "join denied" is what the terminal prints for a join; here it is a status.
        expected.Remove("join denied");
        Compare(id, step, "reasons", string.Join(", ", expected), string.Join(", ", ours));
    }

    /// <summary>The decision alone, where the recorder could not write the message down.</summary>
    private static StepExpectation ToExpectation(JsObject decided) =>
        new(decided.GetBoolean("delivered") == true, [.. Texts(decided.GetArray("relayed_to")!)], Drop: null);

    private void CheckDifference(string id, int step, StepExpectation expected, List<DropReason> drops)
    {
        Compare(id, step, "delivered", expected.IsDelivered, _lab.Delivered.Count == 1);
        var relayedTo = _partners.Where(partner => partner.Value.Heard.Count > 0).Select(partner => partner.Key);
        Compare(id, step, "relayed to", string.Join(",", expected.RelayedTo), string.Join(",", relayedTo));
        Compare(id, step, "reason", $"{expected.Drop}", string.Join(",", drops));
    }

    private void CompareEvents(string id, int step, IReadOnlyList<JsObject> events)
    {
        Compare(id, step, "events", events.Count, _lab.Delivered.Count);
        foreach (var (expected, delivered) in events.Zip(_lab.Delivered))
        {
            var actual = ToEvent(delivered);
            if (JsConvert.IsNullish(JsConvert.Get(delivered.Payload, "ts")))
                actual["ts"] = expected["ts"]!;
            if (Shortened(expected.GetString("message")) is { } length)
                actual["message"] = (actual.GetString("message")?.Length == length) ? expected["message"]! : "?";
            Compare(id, step, "event", JsJson.Stringify(expected), JsJson.Stringify(actual));
        }
    }

    private void CompareFrames(string id, int step, string name, Partner partner, JsArray? frames)
    {
        var expected = Items(frames)
            .Select(frame => Frame(id, frame.GetString("channel")!, Ours(id, (JsObject)frame["payload"]!)));
        var actual = partner.Heard.Select(heard => Frame(id, heard.Channel, Parse(heard.Json)));
        Compare(id, step, $"frames to {name}", string.Join("\n", expected), string.Join("\n", actual));
    }

    private void CheckChannels(string id, JsObject decision, IReadOnlyList<string> before)
    {
        var added = Texts(decision.GetArray("channels_added") ?? new JsArray());
        var removed = Texts(decision.GetArray("channels_removed") ?? new JsArray());
        Compare(id, -1, "channels", Join(before.Except(removed).Concat(added)), Join(_lab.Peer.Channels));

        static string Join(IEnumerable<string> names) => string.Join(",", names.Order(StringComparer.Ordinal));
    }

    private List<DropReason> NewDrops(Dictionary<DropReason, long> before) =>
        [
            .. _lab.CountDrops()
                .Where(drop => drop.Key is not (DropReason.Unauthorized or DropReason.Blocked))
                .SelectMany(drop =>
                    Enumerable.Repeat(drop.Key, (int)(drop.Value - before.GetValueOrDefault(drop.Key)))
                ),
        ];

    private void Compare<T>(string id, int step, string what, T expected, T actual)
    {
        if (!Equals(expected, actual))
            Faults.Add($"{id}[{step}] {what}:\n  expected {expected}\n  actual   {actual}");
    }

    private void Forget()
    {
        _lab.Delivered.Clear();
        _lab.OpenRequests.Clear();
        foreach (var partner in _partners.Values)
            partner.Heard.Clear();
    }

    /// <summary>A recorded frame as we pass it on.</summary>
    private static JsObject Ours(string id, JsObject recorded)
    {
        if (DeliberateDifferences.BoundedTtl.Contains(id))
            recorded["ttl"] = DeliberateDifferences.HighestTtl;
        return recorded;
    }

    /// <summary>A relayed frame as it is; an own one without what differs from run to run.</summary>
    private static string Frame(string id, string channel, JsValue payload)
    {
        var copy = (JsObject)Parse(JsJson.Stringify(payload));
        if (Shortened(copy.GetString("message")) is { } length)
            copy["message"] = $"text of {length}";
        else if (copy.GetString("message") is { Length: > 5000 } text)
            copy["message"] = $"text of {text.Length}";
        if (copy.ContainsKey("relayedBy"))
            return channel + " " + JsJson.Stringify(copy);
        foreach (var varying in (string[])["id", "ts", "sig"])
            if (copy.ContainsKey(varying))
                copy[varying] = "*";
        if (copy.GetObject("pow") is { } pow)
            pow["nonce"] = 0;
        foreach (var credential in (JsObject?[])[copy.GetObject("message")?.GetObject("welcome")])
            if (credential?.GetObject("payload") is { } fields && fields.GetNumber("issuedAt") > 1_700_000_000_000)
                (fields["issuedAt"], credential["sig"]) = (0, "*");
        if (copy.GetObject("message")?.GetObject("invite") is { } invite && id == "invj-expired-later")
            (invite["payload"], invite["sig"]) = ("*", "*");
        return channel + " " + JsJson.Stringify(copy);
    }

    private static JsObject ToEvent(SidechannelMessage message)
    {
        var payload = message.Payload;
        return new JsObject
        {
            ["type"] = "sidechannel_message",
            ["channel"] = message.Channel,
            ["id"] = JsConvert.OrNull(JsConvert.Get(payload, "id")),
            ["from"] = JsConvert.OrNull(JsConvert.Get(payload, "from")),
            ["origin"] = JsConvert.OrNull(JsConvert.Get(payload, "origin")),
            ["sig"] = Present("sig") ?? Present("signature") ?? JsValue.Null,
            ["relayedBy"] = JsConvert.OrNull(JsConvert.Get(payload, "relayedBy")),
            ["ttl"] = JsConvert.OrNull(JsConvert.Get(payload, "ttl")),
            ["ts"] = JsConvert.OrNull(JsConvert.Get(payload, "ts")),
            ["message"] = Present("message") ?? payload,
        };

        JsValue? Present(string key) => JsConvert.Get(payload, key) is { IsNull: false } value ? value : null;
    }

    /// <summary>The length behind a text that the recorder shortened.</summary>
    private static int? Shortened(string? text)
    {
        var mark = text?.LastIndexOf("... (", StringComparison.Ordinal) ?? -1;
        return mark >= 0 && text!.EndsWith(" chars)", StringComparison.Ordinal)
            ? int.Parse(text[(mark + 5)..^7], CultureInfo.InvariantCulture)
            : null;
    }

    private static string Trim(JsObject reply) =>
        reply.GetString("type") is "cli_result" or "pong" ? reply.GetString("type")! : JsJson.Stringify(reply);

    private static string ReasonText(DropReason reason) =>
        reason switch
        {
            DropReason.Invite or DropReason.OpenInvite => "invite",
            DropReason.ProofOfWork => "invalid pow",
            DropReason.RateLimit => "rate limit",
            DropReason.OwnerOnly => "owner-only",
            DropReason.Duplicate => "duplicate",
            DropReason.InvalidWelcome => "invalid welcome",
            DropReason.MissingWelcome or DropReason.OpenMissingWelcome => "missing welcome",
            DropReason.AwaitingWelcome => "awaiting welcome",
            DropReason.OpenInvalidWelcome => "welcome",
            _ => reason.ToString(),
        };

    private static string RequestText(SidechannelOpenRequest request) =>
        request.Join is null ? "channel request received" : "auto-joined";

    private static JsValue Parse(string json)
    {
        Assert.True(JsJson.TryParse(json, out var value));
        return value;
    }

    private static IReadOnlyList<JsObject> Items(JsArray? array) => [.. (array ?? new JsArray()).Cast<JsObject>()];

    private static IEnumerable<string> Texts(JsArray array) => array.Select(JsConvert.ToText);
}
