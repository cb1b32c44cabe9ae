using System.Threading.Channels;
using Hyper.Core;
using Hyper.Crypto;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>The wakeup protocol between us and protomux-wakeup 2.4.0 and 2.9.0 over TCP, each side in each part.</summary>
public sealed class WakeupInteropTests(NodePartners partners)
{
    private static readonly string _key = Hex(1);

    public static TheoryData<PartnerSet, Role> Sets
    {
        get
        {
            var data = new TheoryData<PartnerSet, Role>();
            foreach (var set in (PartnerSet[])[PartnerSet.CoresPinned, PartnerSet.CoresNewest])
            {
                data.Add(set, Role.WeDial);
                data.Add(set, Role.TheyDial);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Both_meet_ask_tell_and_say_whether_they_are_active(PartnerSet set, Role role)
    {
        await using var scene = await Scene.OpenAsync(partners, set);
        var log = new Log { Answer = [new(Bytes32.FromHex(Hex(7)), 70_000), new(Bytes32.FromHex(Hex(8)), 0)] };
        var theirs = await scene.Theirs.OpenSessionAsync(_key, answers: [new(Hex(6), 1UL << 40)]);
        var ours = await scene.OpenAsync(_key, log);
        await scene.ConnectAsync(role);

        await theirs.ExpectAsync("added");
        await theirs.ExpectAsync("active");
        Assert.Equal(["added", "active"], await log.TakeAsync(2));

        await theirs.LookupAsync(Hex(5));
        Assert.Equal([$"lookup {Hex(5)}"], await log.TakeAsync(1));
        var told = (await theirs.ExpectAsync("announce")).Fields.GetProperty("writers");
        Assert.Equal(
            [(Hex(7), 70_000UL), (Hex(8), 0UL)],
            told.EnumerateArray()
                .Select(writer => (writer.GetProperty("key").GetString()!, writer.GetProperty("length").GetUInt64()))
        );

        await scene.RunAsync(() => ours.BroadcastLookup());
        Assert.Null((await theirs.ExpectAsync("lookup")).Text("hash"));
        Assert.Equal([$"announce {Hex(6)} {1UL << 40}"], await log.TakeAsync(1));
        await theirs.AnnounceAsync();
        await theirs.AnnounceAsync(new JsWakeup.Writer(Hex(4), 252), new JsWakeup.Writer(Hex(3), 253));
        Assert.Equal(["announce", $"announce {Hex(4)} 252, {Hex(3)} 253"], await log.TakeAsync(2));

        await scene.RunAsync(ours.Deactivate);
        await theirs.ExpectAsync("inactive");
        await theirs.DeactivateAsync();
        Assert.Equal(["inactive"], await log.TakeAsync(1));
        await scene.RunAsync(ours.Activate);
        await theirs.ExpectAsync("active");
        await theirs.ActivateAsync();
        Assert.Equal(["active"], await log.TakeAsync(1));

        await scene.CutAsync();
        Assert.Equal(["inactive", "removed"], await log.TakeAsync(2));
        await theirs.ExpectAsync("removed");
        await scene.ConnectAsync(role);
        await theirs.ExpectAsync("added");
        Assert.Equal(["added", "active"], await log.TakeAsync(2));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Topic_that_only_one_side_works_with_is_opened_by_the_other_when_asked(PartnerSet set, Role role)
    {
        await using var scene = await Scene.OpenAsync(partners, set, answer: _key, ourAnswer: Hex(2));
        await scene.ConnectAsync(role);

        var log = new Log();
        await scene.OpenAsync(_key, log);
        var theirs = await scene.Theirs.AnsweredAsync();
        await theirs.ExpectAsync("added");
        Assert.Equal(["added", "active"], await log.TakeAsync(2));

        var asking = await scene.Theirs.OpenSessionAsync(Hex(2));
        await asking.ExpectAsync("added");
        Assert.Equal(["added", "active"], await scene.Answered.TakeAsync(2));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Wrong_key_is_turned_away_by_both_and_the_connection_goes_on(PartnerSet set, Role role)
    {
        await using var scene = await Scene.OpenAsync(partners, set);
        var id = DiscoveryKey.From(Bytes32.FromHex(_key));
        var (wrong, right) = (new Log(), new Log());
        var guess = await scene.OpenAsync(_key, wrong);
        var theirs = await scene.Theirs.OpenSessionAsync(Hex(9), discoveryKey: id.ToHex());
        await scene.ConnectAsync(role);
        await Until.TrueAsync(() => scene.RunAsync(() => scene.Ours.Refused == 1), "us to refuse their capability");

        await scene.OpenAsync(Hex(2), right);
        await (await scene.Theirs.OpenSessionAsync(Hex(2))).ExpectAsync("added");
        Assert.Equal(["added", "active"], await right.TakeAsync(2));
        Assert.Equal(0, wrong.Count);
        Assert.Empty(await scene.RunAsync(() => guess.Peers));
        await theirs.CloseAsync();
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Side_that_leaves_closes_its_channels_and_may_come_back(PartnerSet set, Role role)
    {
        await using var scene = await Scene.OpenAsync(partners, set);
        var log = new Log();
        await scene.OpenAsync(_key, log);
        var theirs = await scene.Theirs.OpenSessionAsync(_key);
        await scene.ConnectAsync(role);
        await theirs.ExpectAsync("added");
        Assert.Equal(["added", "active"], await log.TakeAsync(2));

        await scene.Theirs.DestroyAsync();
        Assert.Equal(["inactive", "removed"], await log.TakeAsync(2));
        var again = await scene.Theirs.OpenSessionAsync(_key);
        await again.ExpectAsync("added");
        Assert.Equal(["added", "active"], await log.TakeAsync(2));

        await scene.RunAsync(scene.Ours.Dispose);
        await again.ExpectAsync("removed");
    }

    private static string Hex(byte value) => string.Concat(Enumerable.Repeat($"{value:x2}", Bytes32.Length));

    /// <summary>A wakeup of ours and a partner's, and a connection that they share.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly OurLoop _loop = new();
        private readonly JsPartner _partner;
        private TcpLink? _link;

        private Scene(JsPartner partner, JsWakeup theirs) => (_partner, Theirs) = (partner, theirs);

        public JsWakeup Theirs { get; }

        public ProtomuxWakeup Ours { get; private set; } = null!;

        /// <summary>Of the session that ours opened because the partner asked.</summary>
        public Log Answered { get; } = new();

        public static async Task<Scene> OpenAsync(
            NodePartners partners,
            PartnerSet set,
            string? answer = null,
            string? ourAnswer = null
        )
        {
            var partner = await partners.StartAsync(set);
            var scene = new Scene(partner, await JsWakeup.CreateAsync(partner, answer));
            scene.Ours = await scene.RunAsync(() =>
                new ProtomuxWakeup(
                    scene._loop.Loop,
                    id =>
                    {
                        if (ourAnswer is { } key && id == DiscoveryKey.From(Bytes32.FromHex(key)))
                            scene.Ours.OpenSession(Bytes32.FromHex(key), scene.Answered);
                        return ValueTask.CompletedTask;
                    }
                )
            );
            return scene;
        }

        public async Task ConnectAsync(Role role)
        {
            _link = await TcpLink.OpenAsync(_loop, _partner, role, theirMode: StreamMode.None);
            await RunAsync(() => Ours.AddStream(_link.Ours));
            await Theirs.AddStreamAsync(_link.Theirs);
        }

        public async Task CutAsync()
        {
            if (_link is not null)
                await _link.DisposeAsync();
            _link = null;
        }

        /// <summary>Opens a session of ours; it ends with the scene.</summary>
        public Task<WakeupSession> OpenAsync(string key, Log log) =>
            RunAsync(() => Ours.OpenSession(Bytes32.FromHex(key), log));

        public Task<T> RunAsync<T>(Func<T> work) => _loop.RunAsync(work);

        public Task RunAsync(Action work) => _loop.RunAsync(work);

        public async ValueTask DisposeAsync()
        {
            await RunAsync(Ours.Dispose);
            await CutAsync();
            await _partner.DisposeAsync();
            await _loop.DisposeAsync();
        }
    }

    /// <summary>What a session of ours hears; lookups are answered.</summary>
    private sealed class Log : IWakeupHandler
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public WakeupWriter[]? Answer { get; init; }

        public int Count => _lines.Reader.Count;

        public async Task<string[]> TakeAsync(int count)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(JsPartner.DefaultDeadline);
            var lines = new string[count];
            for (var i = 0; i < count; i++)
                lines[i] = await _lines.Reader.ReadAsync(deadline.Token);
            return lines;
        }

        public void OnPeerAdded(WakeupPeer peer) => Add("added");

        public void OnPeerRemoved(WakeupPeer peer) => Add("removed");

        public void OnPeerActive(WakeupPeer peer) => Add("active");

        public void OnPeerInactive(WakeupPeer peer) => Add("inactive");

        public void OnLookup(WakeupPeer peer, Bytes32? hash)
        {
            Add($"lookup {hash?.ToHex() ?? "-"}");
            if (Answer is { } answer)
                peer.Announce(answer);
        }

        public void OnAnnounce(WakeupPeer peer, ReadOnlySpan<WakeupWriter> writers)
        {
            var told = string.Join(", ", writers.ToArray().Select(writer => $"{writer.Key.ToHex()} {writer.Length}"));
            Add($"announce {told}".TrimEnd());
        }

        private void Add(string line) => _lines.Writer.TryWrite(line);
    }
}
