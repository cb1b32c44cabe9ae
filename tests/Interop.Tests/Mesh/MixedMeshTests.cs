using System.Diagnostics;
using Interop.Tests.Ours;
using Interop.Tests.Soak;
using TestKit;

namespace Interop.Tests.Mesh;

/// <summary>
/// A mixed mesh under churn: who is in the ring, or was seen linked to it all the time, gets every message it may see exactly
/// once, anybody else at most once, and who is not invited never gets a byte of what the invited say.
/// </summary>
[Collection(SoakTests.Name)]
public sealed class MixedMeshTests(NodePartners partners)
{
    /// <summary>How long it churns once all are there, and how long in the nightly run.</summary>
    private static readonly TimeSpan _usually = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan _atMost = TimeSpan.FromMinutes(30);

    private static readonly (int Guest, string Channel)[] _heardByGuests =
    [
        (MixedMesh.InvitedGuest, MixedMesh.Hall),
        (MixedMesh.InvitedGuest, MixedMesh.Club),
        (MixedMesh.Guest, MixedMesh.Hall),
    ];

    private readonly Random _random = TestSeed.NewRandom();
    private readonly HashSet<(int From, int To)> _chords = [];
    private readonly HashSet<int> _away = [];

    /// <summary>In how many rounds a guest was linked all the time, and got everything.</summary>
    private readonly Dictionary<(int Guest, string Channel), int> _reached = [];
    private MixedMesh _mesh = null!;
    private MeshLedger _ledger = null!;

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public async Task Messages_in_a_mixed_mesh_under_churn_arrive_once_where_they_may_and_nowhere_else()
    {
        await using var loop = new OurLoop();
        await using var pinned = await partners.StartAsync(PartnerSet.Pinned);
        await using var newest = await partners.StartAsync(PartnerSet.Newest);
        await using var mesh = _mesh = await MixedMesh.StartAsync(loop, [pinned, newest]);
        _ledger = new MeshLedger(mesh.Members);
        while (mesh.Members.Count < MixedMesh.Size)
        {
            await mesh.AddMemberAsync();
            // From the fourth on the ring, still a chain, talks while others come.
            if (mesh.Members.Count > 3)
                await TalkAsync($"after member {mesh.Members.Count - 1} came");
        }
        var rounds = 0;
        var duration = FuzzBudget.Duration(_usually, _atMost);
        for (var startedAt = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(startedAt) < duration; rounds++)
        {
            await ChurnAsync();
            await TalkAsync($"round {rounds}");
        }
        FuzzBudget.Tell(rounds);
        await _ledger.ReadAsync();
        Assert.True(_ledger.Messages > 10 * rounds, $"Only {_ledger.Messages} messages were sent.");
        foreach (var stranger in MixedMesh.Strangers.Append(MixedMesh.Guest))
        {
            Assert.Equal(0, _ledger.LogOf(stranger).Leaks);
            Assert.True(_ledger.LogOf(stranger).Watched > 0, $"Nothing that member {stranger} got was looked at.");
        }
        // Guests too were linked all the time now and then.
        Assert.All(
            _heardByGuests,
            heard => Assert.True(_reached.GetValueOrDefault(heard) > 0, $"{heard} was never linked.")
        );
        // There were several ways, and what came by the second was dropped.
        Assert.True(
            _ledger.LogOf(MixedMesh.Owner).Dropped.GetValueOrDefault("Duplicate") > 0,
            "There was one way only."
        );
        // The watch sees what it is to see: those in the ring did get the secret.
        Assert.All(Enumerable.Range(0, MixedMesh.Ring), member => Assert.True(_ledger.LogOf(member).Leaks > 0));
    }

    private int[] Ring => [.. Enumerable.Range(0, Math.Min(MixedMesh.Ring, _mesh.Members.Count))];

    /// <summary>Everybody says something wherever it may, one where it may not; then all of it has to arrive.</summary>
    private async Task TalkAsync(string phase)
    {
        var links = await LinksOfGuestsAsync();
        var words = await ReadyAsync(phase);
        var reached = links.Where(link => HasHeard(link, words)).ToList();
        var ring = Ring;
        Dictionary<string, List<string>> said = new() { [MixedMesh.Hall] = [], [MixedMesh.Club] = [] };
        foreach (var sender in ring)
        {
            var others = ring.Where(one => one != sender).ToList();
            foreach (var (channel, ids) in said)
            {
                ids.Add(await SendAsync(sender, channel, channel == MixedMesh.Club ? MixedMesh.Secret : "to all"));
                _ledger.Owe(ids[^1], others);
            }
        }
        _ledger.Owe(await SendAsync(MixedMesh.Owner, MixedMesh.News, "the owner's"), ring.Where(one => one != 0));
        foreach (var hostile in _mesh.Members.OfType<JsMeshMember>())
            _ledger.Forbid(await hostile.ForceAsync(MixedMesh.News, "not the owner's"));
        foreach (var guest in Guests().Except(_away).Where(guest => guest < _mesh.Members.Count))
            await SendAsync(guest, MixedMesh.Hall, "a guest's");
        await _ledger.SettleAsync(phase);
        foreach (var link in reached)
        {
            if (await _ledger.SettleAsync(link.Guest, said[link.Channel], () => IsUnchangedAsync(link), phase))
                _reached[(link.Guest, link.Channel)] = _reached.GetValueOrDefault((link.Guest, link.Channel)) + 1;
        }
    }

    /// <summary>The guests' links on the channels that they may hear, where all of them are with peers of the ring.</summary>
    private async Task<List<GuestLinks>> LinksOfGuestsAsync()
    {
        List<GuestLinks> links = [];
        foreach (var (guest, channel) in _heardByGuests)
        {
            if (guest >= _mesh.Members.Count || _away.Contains(guest))
                continue;
            var link = await LinksAsync(guest, channel);
            if (link.Peers.Length > 0 && link.Peers.All(peer => Ring.Any(one => _mesh.Members[one].Key == peer)))
                links.Add(link);
        }
        return links;
    }

    private async Task<GuestLinks> LinksAsync(int guest, string channel)
    {
        var peers = await _mesh.Members[guest].OpenWithAsync(channel);
        await _ledger.ReadAsync();
        return new GuestLinks(guest, channel, [.. peers.Order()], _ledger.LogOf(guest).Connections);
    }

    /// <summary>
    /// Whether one of these links passes on what is said: on what was open then, and is open, with no connection made
    /// since, is open all the time.
    /// </summary>
    private bool HasHeard(GuestLinks link, Dictionary<(int Sender, string Channel), List<string>> words) =>
        words.Any(word => word.Key.Channel == link.Channel && word.Value.Exists(id => _ledger.HasGot(link.Guest, id)));

    private async Task<bool> IsUnchangedAsync(GuestLinks link)
    {
        var now = await LinksAsync(link.Guest, link.Channel);
        return now.Connections == link.Connections && now.Peers.SequenceEqual(link.Peers);
    }

    /// <summary>
    /// Waits until the neighbours of the ring have the channels open and know each other invited: until a word on each
    /// channel of each has arrived at every other.
    /// </summary>
    private async Task<Dictionary<(int Sender, string Channel), List<string>>> ReadyAsync(string phase)
    {
        const int LooksAWord = 25;
        var ring = Ring;
        Dictionary<(int Sender, string Channel), List<string>> words = [];
        var looks = 0;
        await Until.TrueAsync(
            async () =>
            {
                if (looks++ % LooksAWord == 0)
                    await SayWordsAsync(ring, words);
                await _ledger.ReadAsync();
                return words.All(word =>
                    ring.All(one => one == word.Key.Sender || word.Value.Exists(id => _ledger.HasGot(one, id)))
                );
            },
            $"{phase}: the ring to hear each other",
            TimeSpan.FromSeconds(60)
        );
        return words;
    }

    private async Task SayWordsAsync(int[] ring, Dictionary<(int Sender, string Channel), List<string>> words)
    {
        foreach (var sender in ring)
        {
            foreach (var channel in (string[])[MixedMesh.Hall, MixedMesh.Club])
            {
                if (!words.TryGetValue((sender, channel), out var ids))
                    words[(sender, channel)] = ids = [];
                if (!ids.Exists(id => ring.All(one => one == sender || _ledger.HasGot(one, id))))
                    ids.Add(await SendAsync(sender, channel, channel == MixedMesh.Club ? MixedMesh.Secret : "a word"));
            }
        }
    }

    private Task<string> SendAsync(int sender, string channel, string text) =>
        _mesh.Members[sender].SendAsync(channel, text);

    private static int[] Guests() => [MixedMesh.InvitedGuest, MixedMesh.Guest];

    /// <summary>Some links across the ring come or go, a guest or stranger changes its neighbours, a guest leaves or comes back.</summary>
    private async Task ChurnAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            var from = _random.Next(MixedMesh.Size);
            var to = (from + 2 + _random.Next(MixedMesh.Size - 3)) % MixedMesh.Size;
            if (from >= MixedMesh.Ring || to >= MixedMesh.Ring || Distance(from, to) > 1)
                await ToggleAsync((Math.Min(from, to), Math.Max(from, to)));
        }
        var guest = Guests()[_random.Next(2)];
        if (_away.Remove(guest))
        {
            await _mesh.Members[guest].JoinAsync(MixedMesh.Hall);
            if (guest == MixedMesh.InvitedGuest)
                await _mesh.EnterClubAsync(guest);
        }
        else
        {
            _away.Add(guest);
            await _mesh.Members[guest].LeaveAsync(MixedMesh.Hall);
            if (guest == MixedMesh.InvitedGuest)
                await _mesh.Members[guest].LeaveAsync(MixedMesh.Club);
        }
    }

    private static int Distance(int from, int to) =>
        Math.Min((from - to + MixedMesh.Ring) % MixedMesh.Ring, (to - from + MixedMesh.Ring) % MixedMesh.Ring);

    private Task ToggleAsync((int From, int To) chord)
    {
        var to = _mesh.Members[chord.To].Key;
        return _chords.Remove(chord) ? _mesh.Members[chord.From].UnlinkAsync(to) : LinkAsync(chord, to);
    }

    private Task LinkAsync((int From, int To) chord, string to)
    {
        _chords.Add(chord);
        return _mesh.Members[chord.From].LinkAsync(to);
    }

    /// <param name="Guest">Whose links.</param>
    /// <param name="Channel">The channel that is open on them.</param>
    /// <param name="Peers">With whom, in order.</param>
    /// <param name="Connections">Connections that it had had until then.</param>
    private sealed record GuestLinks(int Guest, string Channel, string[] Peers, long Connections);
}
