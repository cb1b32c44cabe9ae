using System.Diagnostics;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Peers of both makes on one topic, and the links between them.</summary>
internal sealed class SwarmMesh : IAsyncDisposable
{
    private static readonly TimeSpan MeshDeadline = TimeSpan.FromMinutes(2);

    private readonly List<OurMeshPeer> _ours = [];
    private readonly List<JsSwarm> _theirs = [];

    private IEnumerable<string> Keys =>
        [.. _ours.Select(peer => peer.PublicKey), .. _theirs.Select(peer => peer.PublicKey)];

    /// <summary>Starts as many peers of each make, and has each join when the one before it is announced.</summary>
    public static async Task<SwarmMesh> StartAsync(
        OurLoop loop,
        JsPartner partner,
        IReadOnlyList<JsAddress> bootstrap,
        string topic,
        int ofEach
    )
    {
        var mesh = new SwarmMesh();
        for (byte i = 0; i < ofEach; i++)
        {
            var theirs = await JsSwarm.StartAsync(partner, bootstrap, StreamMode.Echo, Seeds.Of((byte)(2 * i + 1)));
            mesh._theirs.Add(theirs);
            await theirs.JoinAsync(topic);
            var ours = await OurMeshPeer.StartAsync(loop, bootstrap, Seeds.Of((byte)(2 * i + 2)));
            mesh._ours.Add(ours);
            await ours.JoinAsync(topic);
        }
        return mesh;
    }

    /// <summary>Waits until everybody is connected with everybody, and ours have heard from each.</summary>
    public Task FullAsync() => UntilNoneIsMissingAsync(0, [.. Keys], "a full mesh");

    /// <summary>
    /// Waits until ours are connected with everybody again, and have heard from each since a cut. What is between two of
    /// theirs may wait for JavaScript's next lookup: it gives up after four failures.
    /// </summary>
    public Task MendedAsync(long cut) =>
        UntilNoneIsMissingAsync(cut, [.. _ours.Select(peer => peer.PublicKey)], "every link of ours to stand again");

    /// <summary>Waits until every link of ours is this old.</summary>
    public Task AgedAsync(TimeSpan age) =>
        Until.TrueAsync(
            async () =>
            {
                foreach (var peer in _ours)
                {
                    if ((await peer.HeardAsync()).Values.Any(at => Stopwatch.GetElapsedTime(at) < age))
                        return false;
                }
                return true;
            },
            $"links that are {age.TotalSeconds} s old",
            MeshDeadline
        );

    /// <summary>
    /// Destroys every link, a third of them from one side, a third from the other, a third from both; returns when that
    /// was begun.
    /// </summary>
    public async Task<long> CutAllAsync(int round)
    {
        var keys = Keys.ToList();
        List<Task> cuts = [];
        for (var i = 0; i < keys.Count; i++)
        {
            List<string> targets = [];
            for (var j = 0; j < keys.Count; j++)
            {
                var third = (Math.Min(i, j) + Math.Max(i, j) + round) % 3;
                if (i != j && (third == 2 || third == 0 == i < j))
                    targets.Add(keys[j]);
            }
            cuts.Add(i < _ours.Count ? _ours[i].CutAsync(targets) : _theirs[i - _ours.Count].CutAsync(targets));
        }
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(cuts);
        return begun;
    }

    /// <summary>Milliseconds from a cut until each of our ends heard something again.</summary>
    public async Task<List<double>> TimesSinceAsync(long cut)
    {
        List<double> times = [];
        foreach (var peer in _ours)
            times.AddRange(
                (await peer.HeardAsync()).Values.Select(at => Stopwatch.GetElapsedTime(cut, at).TotalMilliseconds)
            );
        return times;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _theirs)
            await peer.DestroyAsync();
        foreach (var peer in _ours)
            await peer.DisposeAsync();
    }

    private async Task UntilNoneIsMissingAsync(long since, HashSet<string> wantedByTheirs, string awaited)
    {
        string? missing = "not looked yet";
        try
        {
            await Until.TrueAsync(
                async () => (missing = await FindMissingAsync(since, wantedByTheirs)) is null,
                awaited,
                MeshDeadline
            );
        }
        catch (Exception error) when (missing is not null)
        {
            throw new InvalidOperationException($"Missing is {missing}.", error);
        }
    }

    private async Task<string?> FindMissingAsync(long since, HashSet<string> wantedByTheirs)
    {
        foreach (var peer in _ours)
        {
            var heard = await peer.HeardAsync();
            if (
                Keys.FirstOrDefault(key => key != peer.PublicKey && heard.GetValueOrDefault(key, -1) < since) is { } key
            )
                return $"our link of {peer.PublicKey} with {key}";
        }
        foreach (var peer in _theirs)
        {
            var connected = await peer.ConnectedAsync();
            if (wantedByTheirs.FirstOrDefault(key => key != peer.PublicKey && !connected.Contains(key)) is { } key)
                return $"their link of {peer.PublicKey} with {key}";
        }
        return null;
    }
}
