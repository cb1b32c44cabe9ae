using System.Diagnostics;
using Interop.Tests.Harness;
using Interop.Tests.Layers;
using TestKit;
using Xunit.Sdk;

namespace Interop.Tests.Sessions;

/// <summary>
/// Random use of both ends of one replication: each side writes a core that the other copies, appends, truncates, clears, gets,
/// seeks, downloads, opens and closes sessions, and the connection is cut at any moment and made again. In the end both have equal trees
/// and every block that the writer has. What JavaScript does to itself in it is left out, or named where it is borne.
/// </summary>
[Trait(FuzzBudget.Category, FuzzBudget.Soak)]
public sealed class RandomSessionTests(NodePartners partners) : IDisposable
{
    private const int StepsPerSession = 80;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interop-sessions");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(ReplicationInteropTests.Sets), MemberType = typeof(ReplicationInteropTests))]
    public async Task Any_use_of_both_ends_ends_in_equal_cores(PartnerSet set, Role role)
    {
        var seed = TestSeed.Next();
        var sessions = FuzzBudget.Rounds(usually: 1, atMost: 40);
        var (gaveUp, lost) = (new List<string>(), 0);
        for (var session = 0; session < sessions; session++)
        {
            await using var pair = await SidePair.OpenAsync(partners, set, role, NewFolder());
            var played = new List<string>();
            try
            {
                await PlayAsync(pair, new Random(seed + session), played, gaveUp);
            }
            catch (Exception error)
            {
                throw new XunitException(
                    $"{TestSeed.Variable}={seed + session}: {error.Message}\n{string.Join('\n', pair.Lost.Concat(played))}",
                    error
                );
            }
            lost += pair.Lost.Count;
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"gave up: {gaveUp.Count} of {2 * sessions} copies; ended for a cut: {lost} connections"
        );
        foreach (var copy in gaveUp)
            TestContext.Current.TestOutputHelper?.WriteLine(copy);
    }

    private static async Task PlayAsync(SidePair pair, Random random, List<string> played, List<string> gaveUp)
    {
        SharedCore[] cores =
        [
            await SharedCore.CreateAsync(pair.Ours, pair.Theirs, "ours"),
            await SharedCore.CreateAsync(pair.Theirs, pair.Ours, "theirs"),
        ];
        var goingOn = new List<Task>();
        for (var step = 0; step < StepsPerSession; step++)
        {
            if (pair.IsConnected ? random.Next(12) == 0 : random.Next(4) == 0)
            {
                played.Add(pair.IsConnected ? "cut" : "connect");
                await (pair.IsConnected ? pair.CutAsync() : pair.ConnectAsync());
            }
            var which = random.Next(cores.Length);
            played.Add($"{which}: {await cores[which].StepAsync(random, pair.IsConnected, goingOn)}");
        }
        await pair.ConnectAsync();
        foreach (var core in cores)
        {
            await core.EndAsync(random);
            await FollowAsync(core);
        }
        foreach (var core in cores)
        {
            if (!await BecomesEqualAsync(pair, core))
                gaveUp.Add(await RecoverAsync(pair, core));
        }
        foreach (var core in cores)
            await core.CheckAsync();
        await pair.CutAsync();
        await Task.WhenAll(goingOn);
    }

    /// <summary>
    /// Has the copy download all. A copy that is still on an older fork may have so many blocks already: then that is done, here
    /// and in JavaScript, and has to be said again on the new one.
    /// </summary>
    private static async Task FollowAsync(SharedCore core) =>
        await core.Copy.DownloadAsync(0, (await core.Written.HeadAsync()).Length);

    /// <summary>A copy stands still: only one that has given us up for a cut may, and a new connection has to help.</summary>
    private static async Task<string> RecoverAsync(SidePair pair, SharedCore core)
    {
        var told = $"{core.Reader.Name}: {await core.DescribeAsync()}";
        Assert.True(core.IsCut && await core.Copy.GaveUpAsync(), $"A copy stands still: {told}");
        await pair.CutAsync();
        await pair.ConnectAsync();
        Assert.True(
            await BecomesEqualAsync(pair, core),
            $"Not even a new connection helped: {told}; {await core.DescribeAsync()}"
        );
        return told;
    }

    /// <summary>Whether a copy becomes equal: it may take as long as it comes nearer and has not given us up.</summary>
    private static async Task<bool> BecomesEqualAsync(SidePair pair, SharedCore core)
    {
        using var period = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        Head? followed = null;
        var (before, since) = (await core.ProgressAsync(), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < _patience)
        {
            await pair.ConnectAsync();
            if (await core.IsEqualAsync())
                return true;
            if (await core.Copy.GaveUpAsync())
                return false;
            await period.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            var progress = await core.ProgressAsync();
            if (progress.Head != followed)
                await FollowAsync(core);
            followed = progress.Head;
            if (progress != before)
                (before, since) = (progress, Stopwatch.GetTimestamp());
        }
        return false;
    }

    private string NewFolder() => Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
}
