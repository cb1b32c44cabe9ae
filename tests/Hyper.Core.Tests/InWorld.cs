using Hyper.Loop;
using TestKit;

namespace Hyper.Core.Tests;

/// <summary>Runs a test body on a loop with virtual time.</summary>
internal static class InWorld
{
    /// <summary>Many times what the slowest needs: a busy disk may keep each of a store's syncs for seconds.</summary>
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(5);

    public static void Run(Func<EventLoop, Task> body, int seed = 1)
    {
        var world = new SimulatedWorld(seed);
        var host = world.CreateHost("10.0.0.1");
        world.Run(() => body(host));
    }

    /// <summary>The same where work that leaves the loop takes its time, and can be held.</summary>
    public static void RunWithPool(Func<GatedPoolLoop, Task> body)
    {
        var world = new SimulatedWorld(seed: 1);
        var loop = new GatedPoolLoop(world.CreateHost("10.0.0.1"));
        world.Run(() => body(loop));
    }

    /// <summary>Runs a test body on a real loop, where work that leaves the loop takes its time.</summary>
    public static async Task RunForRealAsync(Func<EventLoop, Task> body)
    {
        using var loop = new NetworkLoop();
        await loop.InvokeAsync(() => body(loop)).WaitAsync(_deadline);
    }
}
