using Hyper.Core;
using Hyper.Loop;
using TestKit;

namespace Hyper.Bee.Tests;

/// <summary>Runs a test body on a loop with virtual time, with a new core in memory.</summary>
internal static class InWorld
{
    public static void Run(Func<Hypercore, Task> body) =>
        Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            await body(core);
        });

    public static void Run(Func<EventLoop, Task> body)
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(() => body(host));
    }
}
